/** The page behind the poster: one tap, and the full screen that is shown at the door. Without script its form is posted. */

import { OfflineError, postJson, ProblemError } from "./api.ts";
import { find, findAll, icon } from "./dom.ts";
import { hold, isHeld, showProblem } from "./forms.ts";
import { recall, remember } from "./storage.ts";
import { uuidv7 } from "./uuid.ts";
import { keepVisit, type Visit, waitingVisits } from "./visit_queue.ts";
import { figure, lang, say } from "./words.ts";

const TOKEN_KEY = "antam.device";
const NAME_KEY = "antam.device.name";

interface VisitAnswer {
  readonly id: string;
  readonly checked_in_at: string;
  readonly status: "accepted" | "refused";
  readonly reasons: readonly string[];
  readonly device_token?: string;
}

type Status = VisitAnswer["status"] | "queued";

/** ISO weekday of a moment where the province is: 1 is Monday. The colour of the door follows it. */
function dayInVietnam(at: Date): number {
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "Asia/Ho_Chi_Minh" }).format(at);
  return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(day) + 1;
}

function text(form: HTMLFormElement, name: string): string {
  const input = form.elements.namedItem(name);
  return input instanceof HTMLInputElement ? input.value.trim() : "";
}

function party(form: HTMLFormElement): string[] {
  return findAll<HTMLInputElement>("input[name=party]", form)
    .filter((input) => input.type !== "checkbox" || input.checked)
    .map((input) => input.value.trim())
    .filter((name) => name !== "");
}

function readVisit(form: HTMLFormElement): Visit {
  const token = recall(TOKEN_KEY);
  const visitor =
    token !== null ? { device_token: token } : { full_name: text(form, "full_name"), phone: text(form, "phone") };
  const names = party(form);
  return {
    id: uuidv7(),
    venue_code: form.dataset["venueCode"] ?? "",
    at: new Date().toISOString(),
    visitor,
    ...(names.length > 0 ? { party: names.map((full_name) => ({ full_name })) } : {}),
  };
}

/** Fills the page's `<template id="pass">` and shows it over everything. */
function showPass(visit: Visit, status: Status, at: Date, reasons: readonly string[]): void {
  const template = find<HTMLTemplateElement>("#pass");
  const pass = template?.content.firstElementChild?.cloneNode(true);
  if (!(pass instanceof HTMLElement)) {
    return;
  }
  const put = (name: string, value: string): void => {
    const place = find(`[data-pass="${name}"]`, pass);
    if (place !== null) {
      place.textContent = value;
      place.hidden = value === "";
    }
  };
  const locale = lang() === "en" ? "en-GB" : "vi-VN";
  const zone = { timeZone: "Asia/Ho_Chi_Minh" };
  pass.dataset["day"] = String(dayInVietnam(at));
  pass.dataset["status"] = status;
  const word = { accepted: "passAccepted", refused: "passRefused", queued: "passQueued" } as const;
  const mark = { accepted: "check", refused: "hand", queued: "wifi-off" } as const;
  find(".pass-mark", pass)?.replaceChildren(icon(mark[status]));
  put("word", say(word[status]));
  put("time", at.toLocaleTimeString(locale, { ...zone, hour: "2-digit", minute: "2-digit" }));
  put("date", at.toLocaleDateString(locale, { ...zone, day: "2-digit", month: "2-digit", year: "numeric" }));
  put("people", say("passPeople", { n: figure(1 + (visit.party?.length ?? 0)) }));
  put("note", status === "queued" ? say("passQueuedNote") : reasons.join(". "));
  const out = find<HTMLButtonElement>("[data-check-out]", pass);
  if (out !== null) {
    out.hidden = status !== "accepted";
    out.addEventListener("click", () => void checkOut(visit.id, out, put));
  }
  find("[data-pass-close]", pass)?.addEventListener("click", () => pass.remove());
  document.body.append(pass);
  pass.tabIndex = -1;
  pass.focus();
  navigator.vibrate?.(status === "refused" ? [200, 100, 200] : 80);
}

async function checkOut(id: string, button: HTMLButtonElement, put: (name: string, value: string) => void): Promise<void> {
  if (isHeld(button)) {
    return;
  }
  const free = hold(button);
  try {
    await postJson(`/api/v1/checkin/visits/${id}/checkout`, { at: new Date().toISOString() }, recall(TOKEN_KEY) ?? undefined);
    button.hidden = true;
    put("word", say("passCheckedOut"));
  } catch (error) {
    put("note", error instanceof Error ? error.message : say("unexpected"));
  } finally {
    free();
  }
}

async function checkIn(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const visit = readVisit(form);
  const free = hold(button);
  try {
    const answer = await postJson<VisitAnswer>("/api/v1/checkin/visits", visit);
    if (answer.device_token !== undefined && answer.device_token !== null) {
      remember(TOKEN_KEY, answer.device_token);
      if ("full_name" in visit.visitor) {
        remember(NAME_KEY, visit.visitor.full_name);
      }
    }
    // A second scan within the minute is answered with the first visit: that is the one to check out.
    showPass({ ...visit, id: answer.id }, answer.status, new Date(answer.checked_in_at), answer.reasons);
    showKnown(form);
  } catch (error) {
    if (error instanceof OfflineError && keepVisit(visit)) {
      showPass(visit, "queued", new Date(visit.at), []);
    } else if (error instanceof ProblemError) {
      if (error.problem.status === 401) {
        // The token is no longer good: ask for name and phone again.
        remember(TOKEN_KEY, null);
        showKnown(form);
      }
      showProblem(form, error.problem);
    } else {
      showProblem(form, { title: say("offline"), status: 0 });
    }
  } finally {
    free();
    showQueue();
  }
}

/** A phone that has been here before shows its person's name and one button, no fields. */
function showKnown(form: HTMLFormElement): void {
  const known = recall(TOKEN_KEY) !== null;
  findAll("[data-first-visit]", form).forEach((part) => {
    part.hidden = known;
    findAll<HTMLInputElement>("input", part).forEach((input) => (input.disabled = known));
  });
  findAll("[data-known]", form).forEach((part) => (part.hidden = !known));
  findAll("[data-known-name]", form).forEach((place) => (place.textContent = recall(NAME_KEY) ?? ""));
}

function showQueue(): void {
  const bar = find("[data-queue]");
  const waiting = waitingVisits().length;
  if (bar !== null) {
    bar.hidden = waiting === 0;
    bar.replaceChildren(icon("wifi-off"), say("queueWaiting", { n: figure(waiting) }));
  }
}

const form = find<HTMLFormElement>("form[data-checkin]");
if (form !== null) {
  showKnown(form);
  showQueue();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? find("button[type=submit]", form);
    if (button instanceof HTMLElement && !isHeld(button)) {
      void checkIn(form, button);
    }
  });
  find("[data-not-me]", form)?.addEventListener("click", () => {
    remember(TOKEN_KEY, null);
    remember(NAME_KEY, null);
    showKnown(form);
  });
  document.addEventListener("antam:visits", showQueue);
}
