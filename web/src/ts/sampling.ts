/**
 * The sampling team's phone: scan the tube, then each person. What was taken is on the disk before it is sent; with no signal the
 * team goes on, and the queue tells what waits.
 */

import { toast } from "./announce.ts";
import { postJson } from "./api.ts";
import { doorSound, readySound } from "./beep.ts";
import { CameraError, openCamera, watchCodes } from "./camera.ts";
import { element, find, icon } from "./dom.ts";
import { clearErrors } from "./forms.ts";
import { SAMPLINGS } from "./lines.ts";
import { registerWorker } from "./pwa.ts";
import { forget, keep, onQueueChange, rejected, tally, waiting } from "./queue.ts";
import { openReader } from "./reader.ts";
import { add, EMPTY, type Hand, nameOf, personalEnd, type Sampled, scan, type Step } from "./sampling_hand.ts";
import { sayScan } from "./scan_words.ts";
import { askToKeep, keepSending } from "./sending.ts";
import { recall, recallJson, remember } from "./storage.ts";
import { codeOf, type Range, readRanges } from "./tube_code.ts";
import { uuidv7 } from "./uuid.ts";
import { listenToWedge } from "./wedge.ts";
import { clockTime, figure, say } from "./words.ts";

const OWN = "antam.sampling.range";
const SPARE = "antam.sampling.range.spare";
const TAKEN = "antam.sampling.taken";
/** What the team chose once and every tube has: where it is, and what it takes. */
const CHOSEN = { site: "antam.sampling.site", kind: "antam.sampling.kind" } as const;
/** How many tubes of this phone the page lists, and how many it knows again. */
const LISTED = 20;
const KNOWN = 500;
/** With so few codes left, the next are fetched while there is a signal. */
const FEW = 20;

/** The numbers of this phone that are not used up. */
interface Own {
  readonly next: number;
  readonly end: number;
}

interface Taken {
  /** The specimen's, by which its label is printed. */
  readonly id?: string;
  readonly barcode: string;
  readonly kit?: string;
  readonly people: number;
  readonly at: string;
}

function isOwn(value: unknown): value is Own {
  return typeof value === "object" && value !== null && "next" in value && "end" in value;
}

function isTaken(value: unknown): value is Taken[] {
  return Array.isArray(value);
}

function taken(): Taken[] {
  return recallJson(TAKEN, [], isTaken);
}

function numbers(key: string): Own | null {
  return recallJson<Own | null>(key, null, (value): value is Own | null => value === null || isOwn(value));
}

const CAMERA = { denied: "cameraDenied", none: "cameraNone", busy: "cameraBusy" } as const;

const WORDS = {
  tube: "samplingTube",
  kit: "samplingKit",
  person: "samplingPerson",
  misread: "samplingMisread",
  same: "samplingSame",
  full: "samplingFull",
  tube_first: "samplingTubeFirst",
  link: "samplingLink",
  taken: "samplingTaken",
  other_tube: "samplingOtherTube",
} as const;

/** How a step is heard and seen. */
type Level = "go" | "look" | "stop";

const LOOKS = { go: "check", look: "steady", stop: "alert" } as const;

function levelOf(step: Step): Level {
  const fine = step === "tube" || step === "kit" || step === "person";
  // The camera sees what it saw: nothing is wrong, and nothing was done.
  return fine ? "go" : step === "same" || step === "taken" ? "look" : "stop";
}

/** Somebody in the list: by name, or by the end of a personal QR, which the phone cannot open. */
function shown(person: Sampled): string {
  const end = personalEnd(person.scanned ?? "");
  return end === null ? nameOf(person) : sayScan("samplingPersonal", { end });
}

class Page {
  private hand: Hand = EMPTY;
  /** Sends what waits. */
  send: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private ranges: readonly Range[],
  ) {}

  scanned(text: string): void {
    const known = taken().flatMap(({ barcode, kit }) => (kit === undefined ? [barcode] : [barcode, kit]));
    const done = scan(this.hand, text, this.ranges, known);
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
    if (step !== null) {
      const level = levelOf(step);
      doorSound(level);
      navigator.vibrate?.(level === "go" ? 60 : [200, 100, 200]);
    }
    const text = (name: string, value: string): void => {
      const place = find(`[data-${name}]`, this.root);
      if (place !== null) {
        place.textContent = value;
      }
    };
    text("tube", hand.barcode === "" ? "–" : hand.barcode);
    text("kit", hand.kit === "" ? "–" : hand.kit);
    this.say(step);
    find("[data-people]", this.root)?.replaceChildren(...hand.people.map((person) => element("li", "", shown(person))));
    const finish = find<HTMLButtonElement>("[data-finish]", this.root);
    if (finish !== null) {
      finish.disabled = hand.barcode === "" || hand.people.length === 0;
    }
  }

  /** What the last scan did, or what comes first. */
  private say(step: Step | null): void {
    const place = find("[data-say]", this.root);
    if (place === null) {
      return;
    }
    const level = step === null ? null : levelOf(step);
    place.dataset["level"] = level ?? "";
    const said = sayScan(step === null ? "samplingTubeFirst" : WORDS[step], { n: figure(this.hand.people.length) });
    place.replaceChildren(...(level === null ? [] : [icon(LOOKS[level])]), said);
  }

  /** A code of this phone's own range, also with no signal. */
  async nextCode(): Promise<void> {
    const left = [numbers(OWN), numbers(SPARE)].find((own) => own !== null && own.next < own.end) ?? null;
    const own = left ?? (await this.fetchNumbers());
    if (own === null) {
      toast(sayScan("samplingNoRange"), "error");
      return;
    }
    remember(OWN, JSON.stringify({ next: own.next + 1, end: own.end }));
    if (own.end === numbers(SPARE)?.end) {
      remember(SPARE, null);
    }
    this.put({ ...EMPTY, barcode: codeOf(own.next) }, "tube");
    void this.fetchAhead();
  }

  /** Fetches the next numbers of a phone that makes codes while there is a signal: where they run out there may be none. */
  async fetchAhead(): Promise<void> {
    const [own, spare] = [numbers(OWN), numbers(SPARE)];
    if (own !== null && own.end - own.next < FEW && spare === null && navigator.onLine) {
      const more = await this.fetchNumbers();
      remember(SPARE, more === null ? null : JSON.stringify(more));
    }
  }

  private async fetchNumbers(): Promise<Own | null> {
    try {
      const given = await postJson<{ first_number: number; size: number }>("/api/v1/lab/tube-ranges", { size: 200 });
      this.ranges = [...this.ranges, { first: given.first_number, size: given.size }];
      return { next: given.first_number, end: given.first_number + given.size };
    } catch {
      return null;
    }
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
    const done: Taken = { id, barcode, ...(kit === "" ? {} : { kit }), people: people.length, at };
    remember(TAKEN, JSON.stringify([done, ...taken()].slice(0, KNOWN)));
    this.clear();
    this.send();
    void this.list();
  }

  /** The last tubes of this phone, with the label of each that the server has: a code made here was never printed. */
  async list(): Promise<void> {
    const unsent = new Set((await waiting(SAMPLINGS)).map(({ id }) => id));
    const rows = taken().slice(0, LISTED).map(({ id, barcode, people, at }) => {
      const time = clockTime(new Date(at));
      const who = element("span", "muted", ` ${time} · ${say("passPeople", { n: figure(people) })} `);
      const row = element("li", "", element("span", "mono", barcode), who);
      if (id !== undefined && !unsent.has(id)) {
        const label = element("a", "", sayScan("samplingLabel"));
        label.href = `/api/v1/lab/specimens/${id}/label.pdf`;
        row.append(label);
      }
      return row;
    });
    find("[data-taken]", this.root)?.replaceChildren(...rows);
    const none = find("[data-taken-none]", this.root);
    if (none !== null) {
      none.hidden = rows.length > 0;
    }
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
  const show = (): void => {
    const named = (["site", "kind"] as const).map((name) => choice(root, name)?.selectedOptions[0]?.textContent ?? "");
    const place = find("[data-chosen]", root);
    if (place !== null) {
      place.textContent = named.filter((name) => name !== "").join(" · ");
    }
  };
  for (const name of ["site", "kind"] as const) {
    const select = choice(root, name);
    const before = recall(CHOSEN[name]);
    if (select !== null && before !== null && Array.from(select.options).some((option) => option.value === before)) {
      select.value = before;
    }
    select?.addEventListener("change", () => {
      remember(CHOSEN[name], select.value);
      show();
    });
  }
  show();
  // Chosen once, it makes room for the camera.
  find<HTMLDetailsElement>("details[data-choices]", root)?.toggleAttribute("open", recall(CHOSEN.site) === null);
}

/** What was refused was not taken: its tube may be scanned once more. */
function takeBack(barcodes: readonly string[]): void {
  if (barcodes.length > 0) {
    remember(TAKEN, JSON.stringify(taken().filter(({ barcode }) => !barcodes.includes(barcode))));
  }
}

async function showQueue(root: HTMLElement, page: Page): Promise<void> {
  const { waiting: left, sent } = await tally(SAMPLINGS);
  const place = find("[data-queue]", root);
  if (place !== null) {
    place.dataset["waiting"] = String(left);
    place.dataset["sent"] = String(sent);
    place.replaceChildren(icon(left === 0 ? "check" : "wifi-off"), sayScan("doorQueue", { waiting: figure(left), sent: figure(sent) }));
  }
  const refused = await rejected(SAMPLINGS);
  takeBack(refused.map((record) => record.body.barcode));
  await page.list();
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
  readySound();
  registerWorker([root.dataset["reader"], root.dataset["wasm"]]);
  void askToKeep();
  onQueueChange(() => void showQueue(root, page));
  void showQueue(root, page);
  void page.fetchAhead();
  page.send = keepSending([SAMPLINGS], ({ signIn }) => {
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
      .catch((error: unknown) => {
        video.hidden = true;
        const told = find("[data-camera]", root);
        if (told !== null) {
          told.textContent = sayScan(CAMERA[error instanceof CameraError ? error.fault : "none"]);
          told.hidden = false;
        }
      });
  }
}
