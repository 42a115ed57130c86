/** The counter of the oldest unanswered alert, on every page of a doctor on duty. */

import { getJson } from "./api.ts";
import { find } from "./dom.ts";
import { secondsSince, stretch } from "./relative_time.ts";
import { openStream } from "./sse.ts";
import { figure, say } from "./words.ts";

interface OpenAlert {
  readonly level: string;
  readonly raised_at: string;
}

interface OpenAlerts {
  readonly items: readonly OpenAlert[];
}

const OPEN = "/api/v1/f0/alerts?status=open&limit=200";
const STREAM = "/api/v1/f0/stream";
const CHANGES = ["alert.raised", "alert.escalated", "alert.acknowledged", "alert.resolved", "case.closed"] as const;
const FRESH_EVERY_MS = 60_000;
const SHOW_EVERY_MS = 15_000;

let waiting: readonly OpenAlert[] | null = null;

function show(counter: HTMLElement): void {
  const text = find("[data-duty-text]", counter) ?? counter;
  if (waiting === null) {
    counter.dataset["level"] = "unknown";
    text.textContent = say("dutyUnknown");
    return;
  }
  const oldest = waiting.reduce<number | null>((longest, alert) => {
    const seconds = secondsSince(alert.raised_at);
    return seconds !== null && (longest === null || seconds > longest) ? seconds : longest;
  }, null);
  // The list is ordered by danger: its first alert names the worst level.
  counter.dataset["level"] = waiting[0]?.level ?? "well";
  text.textContent =
    oldest === null ? say("dutyNone") : say("dutyWaiting", { n: figure(waiting.length), time: stretch(oldest) });
}

/** Keeps the counter right where the page has one. */
export function setUpDuty(): void {
  const counter = find("[data-duty]");
  if (counter === null) {
    return;
  }
  const refresh = async (): Promise<void> => {
    try {
      waiting = (await getJson<OpenAlerts>(OPEN)).items;
    } catch {
      // An old number that looks fresh would be worse than none.
      waiting = null;
    }
    show(counter);
  };
  void refresh();
  setInterval(() => show(counter), SHOW_EVERY_MS);
  setInterval(() => void refresh(), FRESH_EVERY_MS);
  if (find("[data-board]") !== null) {
    // The board holds the stream already and passes its news on.
    document.addEventListener("antam:alerts", () => void refresh());
    return;
  }
  openStream({ path: STREAM, events: CHANGES, onEvent: () => void refresh(), onState: () => undefined });
}
