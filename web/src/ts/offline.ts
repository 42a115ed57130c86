/** The page that is shown where there is no network: it lists what opens all the same, from what this device has kept. */

import { element, find, icon } from "./dom.ts";
import { type OfflinePage, pagesOf, SEEN } from "./offline_pages.ts";
import { lang } from "./words.ts";

/** Its picture, and its word in Vietnamese and English. */
const WORDS = {
  scanner: ["qr", "Máy quét", "Scanner"],
  kiosk: ["qr", "Khách tự quét", "Visitors scan"],
  station: ["list", "Việc của trạm hôm nay", "The station's work today"],
  sampling: ["flask", "Lấy mẫu", "Take samples"],
  posters: ["qr", "Quét mã dán ở cửa", "Scan the code of a door"],
  door: ["pin", "Khai báo vào", "Check in at"],
} as const;

/** The heading of a kept page, which no longer asks for anything: a document made of a text loads and runs nothing. */
async function headingOf(cache: Cache, request: Request): Promise<string> {
  const text = await (await cache.match(request))?.text();
  const page = new DOMParser().parseFromString(text ?? "", "text/html");
  return find("h1", page)?.textContent?.trim().replace(/\s+/g, " ") ?? "";
}

function row({ href, kind, name }: OfflinePage): HTMLLIElement {
  const [picture, vi, en] = WORDS[kind];
  const word = lang() === "en" ? en : vi;
  const named = kind === "scanner" || kind === "kiosk" || kind === "door";
  const link = element("a", "button button-quiet button-wide", icon(picture), named ? `${word}: ${name}` : word);
  link.setAttribute("href", href);
  link.dataset["offlinePage"] = kind;
  return element("li", "", link);
}

async function show(list: HTMLElement): Promise<void> {
  const cache = await caches.open(SEEN);
  const requests = (await cache.keys()).filter(({ url }) => !new URL(url).pathname.startsWith("/assets/"));
  const kept = await Promise.all(
    requests.map(async (request) => ({ path: new URL(request.url).pathname, name: await headingOf(cache, request) })),
  );
  const pages = pagesOf(kept);
  list.replaceChildren(...pages.map(row));
  const section = list.closest<HTMLElement>("[data-offline]");
  if (section !== null) {
    section.hidden = pages.length === 0;
  }
}

const list = find("[data-offline-list]");
if (list !== null && typeof caches !== "undefined") {
  void show(list).catch(() => undefined);
}
