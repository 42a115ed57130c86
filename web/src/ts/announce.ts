/** Telling people what happened: a toast for the eye, a live region for screen readers. */

import { element, find, icon } from "./dom.ts";
import { say } from "./words.ts";

const TOAST_MS = 6000;

/** Reads `text` out at once. */
export function announce(text: string): void {
  const region = find("#announcer");
  if (region !== null) {
    region.textContent = "";
    // A screen reader speaks only what changes after the region was empty.
    setTimeout(() => {
      region.textContent = text;
    }, 50);
  }
}

/** Shows `text` at the foot of the page. An emergency and an error stay until they are closed. */
export function toast(text: string, level: "emergency" | "error" | "plain" = "plain"): void {
  const close = element("button", "", icon("close"));
  close.type = "button";
  close.setAttribute("aria-label", say("close"));
  const shown = element("div", "toast", icon(level === "plain" ? "check" : "alert"), element("span", "", text), close);
  if (level !== "plain") {
    shown.dataset["level"] = level;
  }
  close.addEventListener("click", () => shown.remove());
  find("#toasts")?.append(shown);
  if (level === "plain") {
    setTimeout(() => shown.remove(), TOAST_MS);
  }
}
