/**
 * The service worker: the pages of a door open with no signal, and what was done there is sent when there is one.
 *
 * The server writes the versioned addresses before this script (`ANTAM_SHELL`), so that a new version of any of them is a new
 * worker. Pages are taken from the network while it answers, from the device when it does not. Nothing of the API is ever kept.
 */

import { LINES } from "./lines.ts";
import { OF_DEVICE, SEEN, WORKS_OFFLINE } from "./offline_pages.ts";
import { flush } from "./queue.ts";

interface Lifetime extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface Fetching extends Lifetime {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Sync extends Lifetime {
  readonly tag: string;
}

interface Worker {
  readonly ANTAM_SHELL: { readonly version: string; readonly assets: readonly string[]; readonly pages: readonly string[] };
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lifetime) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "sync", listener: (event: Sync) => void): void;
}

const worker = self as unknown as Worker;
const { version, assets, pages } = worker.ANTAM_SHELL;

const SHELL = `antam-shell-${version}`;
/** How long the network may take before the page of the device is shown. */
const PATIENCE_MS = 3_000;
const DOOR = "/offline/door";
const SORRY = "/offline";

worker.addEventListener("install", (event) => {
  // A process that does not serve the door has no page of it: the others are kept all the same.
  const kept = caches.open(SHELL).then(async (cache) => {
    await cache.addAll([...assets]);
    await Promise.all(pages.map((page) => cache.add(page).catch(() => undefined)));
  });
  event.waitUntil(kept.then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  const forgotten = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith("antam-shell-") && name !== SHELL);
    return Promise.all(old.map((name) => caches.delete(name)));
  });
  event.waitUntil(forgotten.then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) {
    return;
  }
  if (request.method === "POST" && url.pathname === "/logout") {
    // Who signs out leaves no page behind.
    event.waitUntil(caches.delete(SEEN));
    return;
  }
  if (request.method !== "GET") {
    return;
  }
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith(asset(request));
  } else if (request.mode === "navigate") {
    event.respondWith(page(request, url));
  }
});

worker.addEventListener("sync", (event) => {
  if (event.tag === "antam.queue") {
    event.waitUntil(sendAll());
  }
});

async function sendAll(): Promise<void> {
  for (const line of LINES) {
    const ended = await flush(line);
    if (ended === "busy") {
      // A page is sending. Nothing goes before what comes first there: one cannot leave before having come.
      return;
    }
    if (ended === "later") {
      // The browser tries again later.
      throw new Error("there is no signal yet");
    }
  }
}

/** A versioned file never changes: what the device has is it. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) {
    const copy = answer.clone();
    const cache = await caches.open(SHELL);
    await cache.put(request, copy).catch(() => undefined);
  }
  return answer;
}

async function page(request: Request, url: URL): Promise<Response> {
  const worksOffline = WORKS_OFFLINE.test(url.pathname);
  // The poster's address is in capitals, and that of a screen ends in a code that changes: one page under all spellings.
  const key = url.pathname.replace(/^\/c\/([^/]+).*$/i, "/c/$1");
  const fresh = fetch(request).then(async (answer) => {
    if (worksOffline && answer.ok && !answer.redirected) {
      const cache = await caches.open(SEEN);
      await cache.put(key, answer.clone()).catch(() => undefined);
    }
    return answer;
  });
  const kept = worksOffline ? await caches.match(key, { cacheName: SEEN }) : undefined;
  try {
    const answer = await (kept === undefined ? fresh : Promise.race([fresh, patience()]));
    // A broken gateway's answer is no answer where the device has a page that works.
    return answer.status >= 500 && worksOffline ? ((await ofDevice(kept)) ?? (await door(url)) ?? answer) : answer;
  } catch {
    fresh.catch(() => undefined);
    return (await ofDevice(kept)) ?? (await door(url)) ?? (await caches.match(SORRY)) ?? Response.error();
  }
}

/** A kept page with the word that it is one: a phone in a network that leads nowhere does not know it otherwise. */
async function ofDevice(kept: Response | undefined): Promise<Response | undefined> {
  if (kept === undefined) {
    return undefined;
  }
  const headers = new Headers(kept.headers);
  // The text is plain and longer.
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response((await kept.text()).replace("<html", `<html ${OF_DEVICE}`), { headers });
}

/** The door that stands in for one that was never opened here. */
async function door(url: URL): Promise<Response | undefined> {
  return /^\/c\/[^/]+(?:\/[^/]+)?$/i.test(url.pathname) ? caches.match(DOOR) : undefined;
}

function patience(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("the network is slow")), PATIENCE_MS));
}
