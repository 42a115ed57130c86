/**
 * The scanner: of the staff at a door, of a kiosk that visitors show their code to, and of a visitor who looks for a poster.
 *
 * A scan is on the disk before it is sent, as a visit is; with no signal the door goes on, and the queue tells what waits.
 */

import { doorSound, readySound, trySound } from "./beep.ts";
import { type Camera, CameraError, openCamera, watchCodes } from "./camera.ts";
import { saysWhenSent } from "./clock.ts";
import { find, icon } from "./dom.ts";
import { clearErrors, showProblem } from "./forms.ts";
import { PAPER, type Scan, SCANS, type Visit } from "./lines.ts";
import { registerWorker } from "./pwa.ts";
import { forget, keep, type Line, onQueueChange, rejected, release, settle, tally } from "./queue.ts";
import { openReader, type Reader } from "./reader.ts";
import { readProblem } from "./api.ts";
import { codeOfPoster, type DoorAnswer, judgeScan, plainlyWrong } from "./scan_answer.ts";
import { sayScan } from "./scan_words.ts";
import { askToKeep, keepSending } from "./sending.ts";
import { uuidv7 } from "./uuid.ts";
import { listenToWedge } from "./wedge.ts";
import { detailOf, post } from "./wire.ts";
import { clockTime, figure, say } from "./words.ts";

/** Longer than this nobody waits at a door: the scan is taken as kept, and sent by the queue. */
const PATIENCE_MS = 4_000;
const HOLD_MS = 6_000;
/** How long an answer is shown; the next scan takes its place at once. */
const SHOWN_MS = { go: 1_800, kept: 2_200, look: 4_000, stop: 4_500 } as const;

interface Door {
  /** Whoever is scanned leaves. */
  leaving: boolean;
  readonly root: HTMLElement;
  readonly mode: string;
  readonly venueId: string;
  readonly venueCode: string;
}

let turn = 0;
let clearing: ReturnType<typeof setTimeout> | undefined;
let sendNow: () => void = () => undefined;

/** Colour, word, reason, sound. An answer that comes after that to a later scan is not shown. */
function show(door: Door, ofTurn: number, answer: DoorAnswer): void {
  const panel = find("[data-answer]", door.root);
  if (panel === null || ofTurn < turn) {
    return;
  }
  const put = (name: string, text: string): void => {
    const place = find(`[data-answer-${name}]`, panel);
    if (place !== null) {
      place.textContent = text;
      place.hidden = text === "";
    }
  };
  panel.dataset["level"] = answer.level;
  find("[data-answer-mark]", panel)?.replaceChildren(icon(answer.level === "go" ? "check" : answer.level === "kept" ? "wifi-off" : answer.level === "look" ? "alert" : "hand"));
  put("word", answer.word);
  // Whoever shows a code to a kiosk sees no name: others stand behind.
  put("name", door.mode === "kiosk" ? "" : answer.name);
  put("reason", answer.reason);
  panel.hidden = false;
  doorSound(answer.level === "kept" ? "go" : answer.level);
  navigator.vibrate?.(answer.level === "stop" ? [200, 100, 200] : 60);
  clearTimeout(clearing);
  clearing = setTimeout(() => (panel.hidden = true), SHOWN_MS[answer.level]);
}

/** Keeps a record, sends it, and tells the door what it means. */
async function take<T extends object>(door: Door, line: Line<T>, id: string, path: string, body: T): Promise<void> {
  turn += 1;
  const mine = turn;
  const kept = await keep(line, id, body, HOLD_MS).then(
    () => true,
    () => false,
  );
  const answer = navigator.onLine ? await post(path, saysWhenSent(body), undefined, PATIENCE_MS) : null;
  const status = answer?.status ?? 0;
  if (answer === null || status >= 500 || status === 429 || status === 401 || status === 403) {
    await release(id).catch(() => undefined);
    show(door, mine, kept ? { level: "kept", word: sayScan("doorKept"), name: "", reason: sayScan(status === 401 ? "doorSignIn" : "doorKeptWhy") } : stop(say("queueBroken")));
    sendNow();
    return;
  }
  if (status >= 400) {
    await forget(id).catch(() => undefined);
    show(door, mine, stop(detailOf(answer.body)));
    return;
  }
  await settle(line, [{ id, status: "accepted" }]).catch(() => undefined);
  show(door, mine, judgeScan(answer.body));
}

function stop(reason: string): DoorAnswer {
  return { level: "stop", word: sayScan("doorStop"), name: "", reason };
}

function scanned(door: Door, text: string): void {
  if (door.mode === "poster") {
    const code = codeOfPoster(text);
    if (code === null) {
      turn += 1;
      show(door, turn, stop(sayScan("doorNotPoster")));
    } else {
      doorSound("go");
      location.assign(`/c/${code}`);
    }
    return;
  }
  const wrong = plainlyWrong(text);
  if (wrong !== null) {
    turn += 1;
    show(door, turn, stop(wrong));
    return;
  }
  const id = uuidv7();
  const scan: Scan = { id, venue_id: door.venueId, text, at: new Date().toISOString(), ...(door.leaving ? { leaving: true } : {}) };
  void take(door, SCANS, id, "/api/v1/checkin/scans", scan);
}

/** The same scanner at the way in and at the way out. */
function takeWay(door: Door): void {
  const button = find("[data-way]", door.root);
  const told = find("[data-say]", door.root);
  const [inward, outward] = [told?.textContent ?? "", door.root.dataset["outward"] ?? ""];
  button?.addEventListener("click", () => {
    door.leaving = !door.leaving;
    button.setAttribute("aria-pressed", String(door.leaving));
    door.root.dataset["way"] = door.leaving ? "out" : "in";
    find("[data-open='#paper']", door.root)?.toggleAttribute("hidden", door.leaving);
    if (told !== null && door.root.dataset["camera"] === "open") {
      told.textContent = door.leaving ? outward : inward;
    }
  });
}

/** People with nothing to scan: staff type a name and a phone, from paper or from hearing it. */
function takePaper(door: Door): void {
  const form = find<HTMLFormElement>("form[data-paper]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors(form);
    const value = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement).value.trim();
    const [full_name, phone] = [value("full_name"), value("phone")];
    if (full_name === "" || phone.replace(/\D/g, "").length < 9) {
      const pointer = full_name === "" ? "/visitor/full_name" : "/visitor/phone";
      const detail = sayScan(full_name === "" ? "paperNoName" : "paperNoPhone");
      showProblem(form, readProblem(422, { title: say("errorsTitle"), errors: [{ pointer, code: "required", detail }] }));
      return;
    }
    const id = uuidv7();
    const visit: Visit = { id, venue_code: door.venueCode, at: new Date().toISOString(), visitor: { full_name, phone } };
    form.closest("dialog")?.close();
    form.reset();
    void take(door, PAPER, id, "/api/v1/checkin/visits", visit);
  });
}

async function showQueue(door: Door): Promise<void> {
  const place = find("[data-queue]", door.root);
  if (place === null) {
    return;
  }
  const [scans, paper, ...refused] = await Promise.all([tally(SCANS), tally(PAPER), rejected(SCANS), rejected(PAPER)]);
  const [waiting, sent] = [scans.waiting + paper.waiting, scans.sent + paper.sent];
  place.dataset["waiting"] = String(waiting);
  place.dataset["sent"] = String(sent);
  place.replaceChildren(
    icon(waiting === 0 ? "check" : "wifi-off"),
    sayScan("doorQueue", { waiting: figure(waiting), sent: figure(sent) }),
  );
  const list = find("[data-refused]");
  const records = refused.flat();
  const button = find("[data-refused-open]", door.root);
  if (button !== null && list !== null) {
    button.hidden = records.length === 0;
    button.dataset["refusedCount"] = String(records.length);
    button.replaceChildren(icon("alert"), sayScan("doorRefused", { n: figure(records.length) }));
    list.replaceChildren(
      ...records.map((record) => {
        const row = document.createElement("li");
        const body = record.body as Scan | Visit;
        const who = "text" in body ? "" : "full_name" in body.visitor ? body.visitor.full_name : "";
        const at = clockTime(new Date(body.at));
        row.textContent = [at, who, record.reason].filter((part) => part).join(" · ");
        return row;
      }),
    );
    const done = find<HTMLButtonElement>("[data-refused-done]");
    if (done !== null) {
      done.onclick = () => void Promise.all(records.map((record) => forget(record.id)));
    }
  }
}

/** The camera while the page is in sight. A fault is told in words; hand scanner and typing work without. */
function look(door: Door): void {
  const video = find<HTMLVideoElement>("video", door.root);
  const told = find("[data-say]", door.root);
  const light = find<HTMLButtonElement>("[data-light]", door.root);
  if (video === null || told === null) {
    return;
  }
  const hint = told.textContent ?? "";
  const files = { worker: door.root.dataset["reader"] ?? "", wasm: door.root.dataset["wasm"] ?? "" };
  let camera: Camera | null = null;
  let reader: Reader | null = null;
  let unwatch: () => void = () => undefined;
  let lit = false;
  const open = async (): Promise<void> => {
    try {
      camera = await openCamera(video, door.mode === "kiosk" ? "user" : "environment");
      reader ??= await openReader(files);
      door.root.dataset["camera"] = "open";
      told.textContent = door.leaving ? (door.root.dataset["outward"] ?? hint) : hint;
      unwatch = watchCodes(video, reader, (text) => scanned(door, text));
      void (navigator as { wakeLock?: { request(kind: "screen"): Promise<unknown> } }).wakeLock?.request("screen").catch(() => undefined);
    } catch (error) {
      const fault = error instanceof CameraError ? error.fault : "none";
      door.root.dataset["camera"] = fault;
      told.textContent = sayScan({ denied: "cameraDenied", none: "cameraNone", busy: "cameraBusy" }[fault] as "cameraNone");
    }
    if (light !== null) {
      light.hidden = camera?.hasLight !== true;
    }
  };
  light?.addEventListener("click", () => {
    lit = !lit;
    light.setAttribute("aria-pressed", String(lit));
    void camera?.light(lit).catch(() => undefined);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      unwatch();
      camera?.close();
      camera = null;
    } else if (camera === null) {
      void open();
    }
  });
  void open();
}

const root = find("[data-scanner]");
if (root !== null) {
  const door: Door = {
    leaving: false,
    root,
    mode: root.dataset["scanner"] ?? "door",
    venueId: root.dataset["venueId"] ?? "",
    venueCode: root.dataset["venueCode"] ?? "",
  };
  readySound();
  trySound();
  listenToWedge((text) => scanned(door, text));
  takePaper(door);
  takeWay(door);
  look(door);
  registerWorker([root.dataset["reader"], root.dataset["wasm"]]);
  if (door.mode !== "poster") {
    const refresh = (): void => void showQueue(door).catch(() => undefined);
    onQueueChange(refresh);
    refresh();
    const signIn = find("[data-sign-in]", root);
    sendNow = keepSending([PAPER, SCANS], (state) => {
      if (signIn !== null) {
        signIn.hidden = !state.signIn;
      }
      root.dataset["online"] = String(state.online);
    });
    void askToKeep();
  }
  find("[data-full-screen]", root)?.addEventListener("click", () => void document.documentElement.requestFullscreen?.().catch(() => undefined));
}
