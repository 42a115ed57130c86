/** Times as a person says them, kept fresh. The exact time stays in the element's title. */

import { findAll } from "./dom.ts";
import { say } from "./words.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FRESH_EVERY_MS = 15_000;

/** How long ago `seconds` is, or how soon where it is negative. */
export function relative(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < MINUTE) {
    return say("justNow");
  }
  const past = seconds > 0;
  if (size < HOUR) {
    return say(past ? "minutesAgo" : "inMinutes", { n: Math.floor(size / MINUTE) });
  }
  if (size < DAY) {
    return say(past ? "hoursAgo" : "inHours", { n: Math.floor(size / HOUR) });
  }
  return say(past ? "daysAgo" : "inDays", { n: Math.floor(size / DAY) });
}

/** How long somebody waits, in the words of the server: `4 phút`, `1 giờ 4 phút`, `2 ngày 3 giờ`. */
export function stretch(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / MINUTE);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) {
    return say("waitShort");
  }
  if (hours === 0) {
    return say("waitMinutes", { minutes });
  }
  return days === 0
    ? say("waitHours", { hours, minutes: minutes % 60 })
    : say("waitDays", { days, hours: hours % 24 });
}

/** Seconds since the RFC 3339 time `at`, or `null` where it is none. */
export function secondsSince(at: string | undefined, now: number = Date.now()): number | null {
  const then = Date.parse(at ?? "");
  return Number.isNaN(then) ? null : (now - then) / 1000;
}

/** Rewrites every `[data-time]` within `root` as a person says it. */
export function refreshTimes(root: ParentNode = document): void {
  for (const time of findAll("[data-time]", root)) {
    const seconds = secondsSince(time.dataset["time"]);
    if (seconds !== null) {
      setText(time, relative(seconds));
    }
  }
}

/** Rewrites every `[data-wait]` within `root` as a person says a wait. */
export function refreshWaits(root: ParentNode = document): void {
  for (const wait of findAll("[data-wait]", root)) {
    const seconds = secondsSince(wait.dataset["wait"]);
    if (seconds !== null) {
      setText(wait, stretch(seconds));
    }
  }
}

function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Keeps the page's times fresh. */
export function keepTimesFresh(): void {
  refreshTimes();
  refreshWaits();
  setInterval(() => {
    refreshTimes();
    refreshWaits();
  }, FRESH_EVERY_MS);
}
