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

/** A stretch of time on a running clock: `04:07`, or `1:04:07` from an hour on. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / HOUR);
  const rest = `${two(Math.floor((whole % HOUR) / MINUTE))}:${two(whole % MINUTE)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
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

/** Rewrites every `[data-wait]` within `root` as a running clock. */
export function refreshWaits(root: ParentNode = document): void {
  for (const wait of findAll("[data-wait]", root)) {
    const seconds = secondsSince(wait.dataset["wait"]);
    if (seconds !== null) {
      setText(wait, stopwatch(seconds));
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
  setInterval(() => refreshTimes(), FRESH_EVERY_MS);
  setInterval(() => refreshWaits(), 1000);
}
