/**
 * The screen at a door whose code changes: the next picture comes when the last has had its time. Without a connection no old
 * code stays in sight, since visits by it would be marked; the poster on paper goes on working. And the button of the
 * settings that takes the position of this device.
 */

import { find } from "./dom.ts";
import { roughly } from "./near.ts";
import { say } from "./words.ts";

interface Live {
  readonly as_of: string;
  readonly changes_at: string;
}

/** How soon it is tried again without a connection. */
const AGAIN_MS = 3_000;
/** So much later than the change, so that the server has changed as well. */
const ROOM_MS = 250;

function show(screen: HTMLElement, seconds: number): void {
  const picture = find<HTMLImageElement>("[data-screen-code]", screen);
  const left = find<HTMLProgressElement>("[data-screen-left]", screen);
  const fault = find("[data-screen-fault]", screen);
  let until = performance.now() + seconds * 1_000;
  const tell = (broken: boolean): void => {
    if (fault !== null && picture !== null) {
      fault.hidden = !broken;
      picture.hidden = broken;
    }
  };
  const next = async (): Promise<void> => {
    try {
      const path = screen.dataset["screen"] ?? "";
      const answer = await fetch(path, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const live = (await answer.json()) as Live;
      if (picture !== null) {
        picture.src = `${path}.svg?until=${encodeURIComponent(live.changes_at)}`;
        await picture.decode();
      }
      screen.dataset["changesAt"] = live.changes_at;
      until = performance.now() + Date.parse(live.changes_at) - Date.parse(live.as_of);
      tell(false);
    } catch {
      tell(true);
    }
    setTimeout(() => void next(), Math.max(until - performance.now() + ROOM_MS, AGAIN_MS));
  };
  setTimeout(() => void next(), seconds * 1_000 + ROOM_MS);
  setInterval(() => {
    if (left !== null) {
      left.value = Math.max(0, (until - performance.now()) / 1_000);
    }
  }, 1_000);
  find("[data-full-screen]", screen)?.addEventListener("click", () => void document.documentElement.requestFullscreen?.().catch(() => undefined));
  const awake = (): void => {
    void (navigator as { wakeLock?: { request(kind: "screen"): Promise<unknown> } }).wakeLock?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? undefined : awake()));
  awake();
}

function takePosition(button: HTMLElement): void {
  const field = find<HTMLInputElement>(button.dataset["here"] ?? "");
  const said = find("[data-here-said]");
  button.addEventListener("click", () => {
    (navigator as Partial<Navigator>).geolocation?.getCurrentPosition(
      ({ coords }) => {
        if (field !== null && said !== null) {
          field.value = `${roughly(coords.latitude)}, ${roughly(coords.longitude)}`;
          said.textContent = "";
        }
      },
      () => {
        if (said !== null) {
          said.textContent = say("positionNone");
        }
      },
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  });
}

const screen = find("[data-screen]");
if (screen !== null) {
  show(screen, Number(screen.dataset["seconds"] ?? "30"));
}
const here = find("[data-here]");
if (here !== null) {
  takePosition(here);
}
