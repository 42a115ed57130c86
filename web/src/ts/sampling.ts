/**
 * The sampling team's phone: scan the tube, then each person. What was taken is on the disk before it is sent; with no signal the
 * team goes on, and the queue tells what waits.
 */

import { toast } from "./announce.ts";
import { postJson } from "./api.ts";
import { doorSound, readySound } from "./beep.ts";
import { openCamera, watchCodes } from "./camera.ts";
import { element, find, icon } from "./dom.ts";
import { clearErrors } from "./forms.ts";
import { SAMPLINGS } from "./lines.ts";
import { registerWorker } from "./pwa.ts";
import { forget, keep, onQueueChange, rejected, tally } from "./queue.ts";
import { openReader } from "./reader.ts";
import { add, EMPTY, type Hand, nameOf, personalEnd, type Sampled, scan, type Step } from "./sampling_hand.ts";
import { sayScan } from "./scan_words.ts";
import { askToKeep, keepSending } from "./sending.ts";
import { recall, recallJson, remember } from "./storage.ts";
import { codeOf, type Range, readRanges } from "./tube_code.ts";
import { uuidv7 } from "./uuid.ts";
import { listenToWedge } from "./wedge.ts";
import { figure, say } from "./words.ts";

const OWN = "antam.sampling.range";
const TAKEN = "antam.sampling.taken";
/** What the team chose once and every tube has: where it is, and what it takes. */
const CHOSEN = { site: "antam.sampling.site", kind: "antam.sampling.kind" } as const;
/** How many tubes of this phone the page lists. */
const LISTED = 20;

/** The numbers of this phone that are not used up. */
interface Own {
  readonly next: number;
  readonly end: number;
}

interface Taken {
  readonly barcode: string;
  readonly people: number;
  readonly at: string;
}

function isOwn(value: unknown): value is Own {
  return typeof value === "object" && value !== null && "next" in value && "end" in value;
}

function isTaken(value: unknown): value is Taken[] {
  return Array.isArray(value);
}

const WORDS = {
  tube: "samplingTube",
  kit: "samplingKit",
  person: "samplingPerson",
  misread: "samplingMisread",
  same: "samplingSame",
  full: "samplingFull",
  tube_first: "samplingTubeFirst",
  link: "samplingLink",
} as const;

/** Somebody in the list: by name, or by the end of a personal QR, which the phone cannot open. */
function shown(person: Sampled): string {
  const end = personalEnd(person.scanned ?? "");
  return end === null ? nameOf(person) : sayScan("samplingPersonal", { end });
}

class Page {
  private hand: Hand = EMPTY;

  constructor(
    private readonly root: HTMLElement,
    private ranges: readonly Range[],
  ) {}

  scanned(text: string): void {
    const done = scan(this.hand, text, this.ranges);
    this.put(done.hand, done.step);
  }

  typed(person: Sampled): void {
    const done = add(this.hand, person);
    this.put(done.hand, done.step);
  }

  clear(): void {
    this.put(EMPTY, null);
  }

  private put(hand: Hand, step: Step | null): void {
    this.hand = hand;
    const fine = step === "tube" || step === "kit" || step === "person";
    if (step !== null) {
      doorSound(fine ? "go" : step === "same" ? "look" : "stop");
      navigator.vibrate?.(fine ? 60 : [200, 100, 200]);
    }
    const text = (name: string, value: string): void => {
      const place = find(`[data-${name}]`, this.root);
      if (place !== null) {
        place.textContent = value;
      }
    };
    text("tube", hand.barcode === "" ? "–" : hand.barcode);
    text("kit", hand.kit === "" ? "–" : hand.kit);
    text("say", step === null ? sayScan("samplingTubeFirst") : sayScan(WORDS[step], { n: figure(hand.people.length) }));
    find("[data-people]", this.root)?.replaceChildren(...hand.people.map((person) => element("li", "", shown(person))));
    const finish = find<HTMLButtonElement>("[data-finish]", this.root);
    if (finish !== null) {
      finish.disabled = hand.barcode === "" || hand.people.length === 0;
    }
  }

  /** A code of this phone's own range, also with no signal. A new range is fetched when the old one is used up. */
  async nextCode(): Promise<void> {
    let own = recallJson<Own | null>(OWN, null, (value): value is Own | null => value === null || isOwn(value));
    if (own === null || own.next >= own.end) {
      try {
        const given = await postJson<{ first_number: number; size: number }>("/api/v1/lab/tube-ranges", { size: 200 });
        own = { next: given.first_number, end: given.first_number + given.size };
        this.ranges = [...this.ranges, { first: given.first_number, size: given.size }];
      } catch {
        toast(sayScan("samplingNoRange"), "error");
        return;
      }
    }
    remember(OWN, JSON.stringify({ next: own.next + 1, end: own.end }));
    this.put({ ...EMPTY, barcode: codeOf(own.next) }, "tube");
  }

  async finish(): Promise<void> {
    const { barcode, kit, people } = this.hand;
    const id = uuidv7();
    const at = new Date().toISOString();
    const [site_id, kind] = [chosen(this.root, "site"), chosen(this.root, "kind")];
    const more = { ...(kit === "" ? {} : { kit_barcode: kit }), ...(site_id === "" ? {} : { site_id }), ...(kind === "" ? {} : { kind }) };
    try {
      await keep(SAMPLINGS, id, { id, barcode, ...more, people, collected_at: at });
    } catch {
      toast(say("queueBroken"), "error");
      return;
    }
    remember(TAKEN, JSON.stringify([{ barcode, people: people.length, at }, ...recallJson(TAKEN, [], isTaken)].slice(0, LISTED)));
    this.clear();
    this.list();
  }

  list(): void {
    const rows = recallJson(TAKEN, [], isTaken).map((taken) => {
      const time = new Date(taken.at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
      const who = element("span", "muted", ` ${time} · ${say("passPeople", { n: figure(taken.people) })}`);
      return element("li", "", element("span", "mono", taken.barcode), who);
    });
    find("[data-taken]", this.root)?.replaceChildren(...rows);
  }
}

function choice(root: HTMLElement, name: keyof typeof CHOSEN): HTMLSelectElement | null {
  return find<HTMLSelectElement>(`select[data-${name}]`, root);
}

function chosen(root: HTMLElement, name: keyof typeof CHOSEN): string {
  return choice(root, name)?.value ?? "";
}

/** Chooses what was chosen on this phone before, where it is still to be had, and remembers what is chosen now. */
function rememberChoices(root: HTMLElement): void {
  for (const name of ["site", "kind"] as const) {
    const select = choice(root, name);
    const before = recall(CHOSEN[name]);
    if (select !== null && before !== null && Array.from(select.options).some((option) => option.value === before)) {
      select.value = before;
    }
    select?.addEventListener("change", () => remember(CHOSEN[name], select.value));
  }
}

async function showQueue(root: HTMLElement): Promise<void> {
  const { waiting, sent } = await tally(SAMPLINGS);
  const place = find("[data-queue]", root);
  if (place !== null) {
    place.dataset["waiting"] = String(waiting);
    place.dataset["sent"] = String(sent);
    place.replaceChildren(icon(waiting === 0 ? "check" : "wifi-off"), sayScan("doorQueue", { waiting: figure(waiting), sent: figure(sent) }));
  }
  const refused = await rejected(SAMPLINGS);
  const rows = refused.map((record) => {
    const button = element("button", "button button-small button-quiet", say("close"));
    button.type = "button";
    button.addEventListener("click", () => void forget(record.id));
    return element("li", "notice", icon("alert"), `${record.body.barcode}: ${record.reason ?? ""}`, button);
  });
  find("[data-refused]", root)?.replaceChildren(...rows);
}

function listen(root: HTMLElement, page: Page): void {
  find("[data-next-code]", root)?.addEventListener("click", () => void page.nextCode());
  find("[data-finish]", root)?.addEventListener("click", () => void page.finish());
  find("[data-clear]", root)?.addEventListener("click", () => page.clear());
  const typed = find<HTMLFormElement>("form[data-typed]", root);
  typed?.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = typed.elements.namedItem("typed") as HTMLInputElement;
    if (field.value.trim() !== "") {
      page.scanned(field.value);
      field.value = "";
    }
  });
  const who = find<HTMLFormElement>("form[data-who]");
  who?.addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors(who);
    const value = (name: string): string => (who.elements.namedItem(name) as HTMLInputElement).value.trim();
    const [full_name, birth_date, phone] = [value("full_name"), value("birth"), value("phone")];
    if (full_name !== "" && (birth_date !== "" || phone !== "")) {
      page.typed({ full_name, ...(birth_date === "" ? {} : { birth_date }), ...(phone === "" ? {} : { phone }) });
      who.closest("dialog")?.close();
      who.reset();
    } else {
      toast(sayScan("samplingWho"), "error");
    }
  });
  listenToWedge((text) => page.scanned(text));
}

const root = find("[data-sampling]");
if (root !== null) {
  const page = new Page(root, readRanges(root.dataset["ranges"] ?? ""));
  listen(root, page);
  rememberChoices(root);
  page.list();
  readySound();
  registerWorker();
  void askToKeep();
  onQueueChange(() => void showQueue(root));
  void showQueue(root);
  keepSending([SAMPLINGS], ({ signIn }) => {
    const notice = find("[data-sign-in]", root);
    if (notice !== null) {
      notice.hidden = !signIn;
    }
  });
  const video = find<HTMLVideoElement>("video", root);
  if (video !== null) {
    void openCamera(video)
      .then(async () => {
        const files = { worker: root.dataset["reader"] ?? "", wasm: root.dataset["wasm"] ?? "" };
        const reader = await openReader(files, ["QRCode", "Code128"]);
        watchCodes(video, reader, (text) => page.scanned(text));
      })
      .catch(() => {
        video.hidden = true;
      });
  }
}
