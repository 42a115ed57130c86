/** The doctor's live board: every event of the stream fetches the cards again and patches them in. */

import { announce, toast } from "./announce.ts";
import { getFragment, OfflineError, postJson, ProblemError } from "./api.ts";
import { beep, canBeep, readySound } from "./beep.ts";
import { setUpKeys } from "./board_keys.ts";
import { patchBoard } from "./board_patch.ts";
import { find, findAll } from "./dom.ts";
import { hold, isHeld } from "./forms.ts";
import { refreshTimes, refreshWaits } from "./relative_time.ts";
import { type ConnectionState, openStream } from "./sse.ts";
import { recall, remember } from "./storage.ts";
import { say } from "./words.ts";

const EVENTS = [
  "case.opened",
  "report.received",
  "alert.raised",
  "alert.escalated",
  "alert.acknowledged",
  "alert.resolved",
  "case.closed",
] as const;
const STREAM = "/api/v1/f0/stream";
const FRAGMENT = "/board/fragments/alerts";
const VIEW_KEY = "antam.board.view";
const SOUND_KEY = "antam.board.sound";
/** Events come in bursts; one fetch answers all that came meanwhile. */
const GATHER_MS = 150;
const SETTLE_EVERY_MS = 2000;
const STILL_THERE_EVERY_MS = 60_000;

let fetching = false;
let wanted = false;
let unsettled = false;

async function refresh(): Promise<void> {
  if (fetching) {
    wanted = true;
    return;
  }
  fetching = true;
  wanted = false;
  try {
    const kept = find("[data-board]")?.dataset["kept"] ?? "";
    const fragment = await getFragment(kept === "" ? FRAGMENT : `${FRAGMENT}?${kept}`);
    const board = find("#alerts");
    if (board !== null) {
      const patched = patchBoard(board, fragment);
      unsettled = patched.unsettled;
      refreshTimes(board);
      refreshWaits(board);
      tell(patched.fresh);
      document.dispatchEvent(new CustomEvent("antam:alerts"));
    }
  } catch (error) {
    if (!(error instanceof OfflineError || error instanceof ProblemError)) {
      throw error;
    }
    showState("lost");
  } finally {
    fetching = false;
  }
  if (wanted) {
    await refresh();
  }
}

let gathering: ReturnType<typeof setTimeout> | undefined;

function refreshSoon(): void {
  clearTimeout(gathering);
  gathering = setTimeout(() => void refresh(), GATHER_MS);
}

/** Says what is new: every alert to a screen reader, an emergency to the whole room. */
function tell(fresh: readonly HTMLElement[]): void {
  for (const card of fresh) {
    const who = find(".alert-who", card)?.textContent?.trim().replace(/\s+/g, " ") ?? "";
    if (card.dataset["level"] === "emergency") {
      announce(say("alertNewEmergency", { who }));
      toast(say("alertNewEmergency", { who }), "emergency");
      if (soundOn()) {
        beep();
        if (!canBeep()) {
          toast(say("soundOff"));
        }
      }
    } else {
      announce(say("alertNew", { who }));
    }
  }
}

function showState(state: ConnectionState): void {
  const shown = find("[data-connection]");
  if (shown !== null) {
    shown.dataset["state"] = state;
    shown.textContent = say(state);
  }
}

async function take(form: HTMLElement): Promise<void> {
  const button = find("button", form) ?? form;
  if (isHeld(button)) {
    return;
  }
  const free = hold(button);
  try {
    await postJson(`/api/v1/f0/alerts/${encodeURIComponent(form.dataset["take"] ?? "")}/acknowledge`, { note: "" });
    announce(say("alertTaken"));
  } catch (error) {
    // Another doctor was first: the answer says who has it.
    toast(error instanceof Error ? error.message : say("unexpected"), "error");
  } finally {
    free();
    await refresh();
  }
}

function soundOn(): boolean {
  return recall(SOUND_KEY) !== "off";
}

/** The switch of the sound: on until somebody turns it off on this screen. Turning it on plays it once. */
function setUpSound(): void {
  const button = find<HTMLButtonElement>("[data-sound]");
  const show = (): void => button?.setAttribute("aria-pressed", String(soundOn()));
  show();
  button?.addEventListener("click", () => {
    remember(SOUND_KEY, soundOn() ? "off" : null);
    show();
    if (soundOn()) {
      beep();
    }
  });
}

function setUpView(): void {
  const board = find("[data-board]");
  const buttons = findAll<HTMLButtonElement>("[data-set-view]");
  const show = (view: string): void => {
    if (board !== null) {
      board.dataset["view"] = view;
    }
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset["setView"] === view)));
  };
  show(recall(VIEW_KEY) ?? board?.dataset["view"] ?? "lanes");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const view = button.dataset["setView"] ?? "lanes";
      remember(VIEW_KEY, view);
      show(view);
    });
  }
}

setUpView();
setUpKeys();
setUpSound();
readySound();
// Before the guard against double sending, which would hold the button that is pressed here.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.dataset["take"] !== undefined) {
      event.preventDefault();
      void take(form);
    }
  },
  true,
);
setInterval(() => {
  if (unsettled && find("#alerts [data-alert-id]:hover") === null) {
    refreshSoon();
  }
}, SETTLE_EVERY_MS);
setInterval(refreshSoon, STILL_THERE_EVERY_MS);
openStream({
  path: STREAM,
  events: EVENTS,
  onEvent: refreshSoon,
  onState: (state) => {
    showState(state);
    if (state === "live") {
      // Whatever happened while the line was down is in the fragment.
      refreshSoon();
    }
  },
});
