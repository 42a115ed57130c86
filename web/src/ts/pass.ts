/** The full screen that is shown at the door: the day's colour, a moving mark, the place, the time, the people. */

import { find, icon } from "./dom.ts";
import { ZONE, calendarDay, clockTime, figure, say } from "./words.ts";

/** What the screen says. */
export interface Pass {
  readonly status: "accepted" | "refused" | "queued";
  readonly place: string;
  readonly at: Date;
  readonly people: number;
  readonly note: string;
  /** Amber: the staff look at something. */
  readonly door?: string | undefined;
}

/** ISO weekday of a moment where the province is: 1 is Monday. The colour of the door follows it. */
export function dayInVietnam(at: Date): number {
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...ZONE }).format(at);
  return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(day) + 1;
}

/** Fills the page's `<template id="pass">` and shows it over everything; `leave` is what its button does; without it there is none. */
export function showPass(pass: Pass, leave?: (put: (word: string, note: string) => void) => Promise<void>): void {
  const shown = find<HTMLTemplateElement>("#pass")?.content.firstElementChild?.cloneNode(true);
  if (!(shown instanceof HTMLElement)) {
    return;
  }
  find("body > .pass")?.remove();
  const put = (name: string, value: string): void => {
    const place = find(`[data-pass="${name}"]`, shown);
    if (place !== null) {
      place.textContent = value;
      place.hidden = value === "";
    }
  };
  shown.dataset["day"] = String(dayInVietnam(pass.at));
  shown.dataset["status"] = pass.status;
  shown.dataset["door"] = pass.door ?? "";
  const word = { accepted: "passAccepted", refused: "passRefused", queued: "passQueued" } as const;
  const mark = { accepted: "check", refused: "hand", queued: "wifi-off" } as const;
  find(".pass-mark", shown)?.replaceChildren(icon(pass.door === "amber" ? "alert" : mark[pass.status]));
  put("word", say(word[pass.status]));
  put("time", clockTime(pass.at));
  put("date", calendarDay(pass.at));
  put("place", pass.place);
  put("people", pass.people === 1 ? say("passPerson") : say("passPeople", { n: figure(pass.people) }));
  put("note", pass.note);
  const out = find<HTMLButtonElement>("[data-check-out]", shown);
  if (out !== null) {
    out.hidden = pass.status === "refused" || leave === undefined;
    out.addEventListener("click", () => {
      out.disabled = true;
      void leave?.((said, note) => {
        out.disabled = false;
        out.hidden = said !== "";
        if (said !== "") {
          put("word", said);
        }
        put("note", note);
      });
    });
  }
  const close = (): void => {
    shown.remove();
    main(false);
  };
  find("[data-pass-close]", shown)?.addEventListener("click", close);
  document.body.append(shown);
  main(true);
  shown.tabIndex = -1;
  shown.focus();
  navigator.vibrate?.(pass.status === "refused" ? [200, 100, 200] : 80);
}

/** What lies beneath cannot be reached while the screen is shown. */
function main(covered: boolean): void {
  document.querySelectorAll("body > header, body > main, body > footer").forEach((part) => part.toggleAttribute("inert", covered));
}
