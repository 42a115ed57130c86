/**
 * The page behind the poster: one tap, and the full screen that is shown at the door. Without script its form is posted.
 *
 * A visit is on the disk before it is sent, and leaves it when the server has answered: whatever happens between, it is sent
 * again under the same id.
 */

import { saysWhenSent } from "./clock.ts";
import { askNow, forgetDeclared, learnDeclared, readDeclaration, showQuestions, watchQuestions } from "./declare.ts";
import { find, findAll } from "./dom.ts";
import { hold, isHeld, showProblem } from "./forms.ts";
import { forgetFamily, learnFamily, party, showCount, showFamily } from "./family.ts";
import { LEAVINGS, PAPER, VISITS, type Visit } from "./lines.ts";
import { near, watchNear } from "./near.ts";
import { showPass } from "./pass.ts";
import { registerWorker } from "./pwa.ts";
import { forget, keep, note, onQueueChange, release, setNote, settle } from "./queue.ts";
import { showQueue, watchLeaving } from "./queue_bar.ts";
import { askToKeep, keepSending } from "./sending.ts";
import { recall, recallJson, remember } from "./storage.ts";
import { uuidv7 } from "./uuid.ts";
import { clockTime, say } from "./words.ts";
import { readProblem } from "./api.ts";
import { post } from "./wire.ts";

const TOKEN_KEY = "antam.device";
const NAME_KEY = "antam.device.name";
const INSIDE_KEY = "antam.inside";
/** Until then the page sends the visit itself; afterwards the queue does. */
const HOLD_MS = 35_000;
/** A visit of longer ago has ended by itself. */
const INSIDE_MS = 12 * 3_600_000;

interface VisitAnswer {
  readonly id: string;
  readonly checked_in_at: string;
  readonly status: "accepted" | "refused";
  readonly reasons: readonly unknown[];
  readonly door?: string;
  readonly reason_codes?: readonly string[];
  readonly declared_until?: string;
  readonly device_token?: string | null;
}

/** Where this phone's owner is, so that one tap ends it. */
interface Inside {
  readonly id: string;
  readonly code: string;
  readonly place: string;
  readonly at: string;
  readonly people: number;
  readonly queued: boolean;
}

function isInside(value: unknown): value is Inside {
  return typeof value === "object" && value !== null && "id" in value && "code" in value && "at" in value;
}

function text(form: HTMLFormElement, name: string): string {
  const input = form.elements.namedItem(name);
  return input instanceof HTMLInputElement ? input.value.trim() : "";
}

/** Somebody else is declared for: nothing of them is remembered on this phone. */
function isForAnother(form: HTMLFormElement): boolean {
  return form.dataset["other"] !== undefined;
}

/** The token of the phone's owner, where the visit is theirs. */
function ownToken(form: HTMLFormElement): string | null {
  return isForAnother(form) ? null : recall(TOKEN_KEY);
}

function readVisit(form: HTMLFormElement): Visit {
  const token = ownToken(form);
  const visitor =
    token !== null ? { device_token: token } : { full_name: text(form, "full_name"), phone: text(form, "phone") };
  const names = party(form);
  const declaration = readDeclaration(form);
  const [live, position] = [addressed().live, near()];
  return {
    id: uuidv7(),
    venue_code: form.dataset["venueCode"] ?? "",
    at: new Date().toISOString(),
    visitor,
    ...(names.length > 0 ? { party: names.map((full_name) => ({ full_name })) } : {}),
    ...(declaration === undefined ? {} : { declaration }),
    ...(live === undefined ? {} : { live }),
    ...(position === undefined ? {} : { position }),
  };
}

/** A reason as a text, whichever way the server says it. */
function words(reasons: readonly unknown[]): string {
  return reasons
    .map((reason) => (typeof reason === "string" ? reason : ((reason as { detail?: string }).detail ?? "")))
    .filter((reason) => reason !== "")
    .join(". ");
}

function placeOf(form: HTMLFormElement): string {
  return find("[data-place]", form)?.textContent?.trim() ?? "";
}

/** What must be there before a visit is kept for later: with no signal nobody else says it. */
function missing(form: HTMLFormElement): boolean {
  return !form.reportValidity();
}

async function leave(id: string, put: (word: string, note: string) => void): Promise<void> {
  try {
    await keep(LEAVINGS, `out:${id}`, { id, at: new Date().toISOString() });
    remember(INSIDE_KEY, null);
    put(say("passCheckedOut"), navigator.onLine ? "" : say("passQueuedNote"));
    watchLeaving(`out:${id}`, put);
    sendNow();
    const form = find<HTMLFormElement>("form[data-checkin]");
    if (form !== null) {
      showInside(form);
    }
  } catch {
    put("", say("queueBroken"));
  }
}

function show(visit: Visit, form: HTMLFormElement, status: "accepted" | "refused" | "queued", at: Date, said: string, door?: string): void {
  const people = 1 + (visit.party?.length ?? 0);
  const place = placeOf(form);
  if (isForAnother(form)) {
    showPass({ status, place, at, people, note: said, door });
    if (status !== "refused") {
      declareForAnother(form, false);
    }
    return;
  }
  if (status !== "refused") {
    learnFamily(form, (visit.party ?? []).map((member) => member.full_name));
    const inside: Inside = { id: visit.id, code: visit.venue_code, place, at: at.toISOString(), people, queued: status === "queued" };
    remember(INSIDE_KEY, JSON.stringify(inside));
  }
  showPass({ status, place, at, people, note: said, door }, (put) => leave(visit.id, put));
  showInside(form);
}

/** Remembers what an answer brings for the next time. */
async function learn(visit: Visit, token: string): Promise<void> {
  remember(TOKEN_KEY, token);
  if ("full_name" in visit.visitor) {
    remember(NAME_KEY, visit.visitor.full_name);
  }
  await setNote("device_token", token).catch(() => undefined);
}

async function checkIn(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const visit = readVisit(form);
  const own = !isForAnother(form);
  const line = own ? VISITS : PAPER;
  const free = hold(button);
  const kept = await keep(line, visit.id, visit, HOLD_MS).then(
    () => true,
    () => false,
  );
  const answer = navigator.onLine ? await post(`/api/v1/checkin/visits?own=${own}`, saysWhenSent(visit)) : null;
  free();
  if (answer === null || answer.status >= 500 || answer.status === 429) {
    if (!kept) {
      showProblem(form, { title: say(answer === null ? "offline" : "queueBroken"), status: 0 });
      return;
    }
    await release(visit.id).catch(() => undefined);
    if (own && "full_name" in visit.visitor) {
      remember(NAME_KEY, visit.visitor.full_name);
    }
    show(visit, form, "queued", new Date(visit.at), say("passQueuedNote"));
    sendNow();
    return;
  }
  if (answer.status >= 400) {
    await forget(visit.id).catch(() => undefined);
    if (answer.status === 401) {
      // The token is no longer good: ask for name and phone again.
      await forgetPhone();
      showKnown(form);
    }
    showProblem(form, readProblem(answer.status, answer.body));
    return;
  }
  const said = answer.body as VisitAnswer;
  await settle(line, [{ id: visit.id, status: "accepted" }]).catch(() => undefined);
  if (own && said.device_token) {
    await learn(visit, said.device_token);
  }
  showKnown(form);
  if (said.status === "refused" && said.reason_codes?.includes("declaration_due") && askNow(form)) {
    showProblem(form, { title: words(said.reasons), status: 0 });
    return;
  }
  if (own && said.status === "accepted") {
    learnDeclared(said.declared_until);
    showQuestions(form, true);
  }
  // A second scan within the minute is answered with the first visit: that is the one to check out.
  show({ ...visit, id: said.id }, form, said.status, new Date(said.checked_in_at), words(said.reasons), said.door);
}

async function forgetPhone(): Promise<void> {
  forgetDeclared();
  forgetFamily();
  remember(TOKEN_KEY, null);
  remember(NAME_KEY, null);
  await setNote("device_token", undefined).catch(() => undefined);
}

/** A phone that has been here before shows its person's name and one button, no fields. */
function showKnown(form: HTMLFormElement): void {
  const known = ownToken(form) !== null;
  findAll("[data-first-visit]", form).forEach((part) => {
    part.hidden = known;
    findAll<HTMLInputElement>("input", part).forEach((input) => {
      input.disabled = known;
      input.required = !known;
    });
  });
  findAll("[data-known]", form).forEach((part) => (part.hidden = !known));
  findAll("[data-for-other]", form).forEach((part) => (part.hidden = isForAnother(form) || !known));
  findAll("[data-for-me], [data-go-other]", form).forEach((part) => (part.hidden = !isForAnother(form)));
  findAll("[data-go-me]", form).forEach((part) => (part.hidden = isForAnother(form)));
  showFamily(form, known);
  const name = recall(NAME_KEY);
  if (name !== null) {
    findAll("[data-known-name]", form).forEach((place) => (place.textContent = name));
  }
}

/** The fields of a first visit, for somebody else; and back. */
function declareForAnother(form: HTMLFormElement, other: boolean): void {
  if (other) {
    form.dataset["other"] = "";
  } else {
    delete form.dataset["other"];
  }
  findAll<HTMLInputElement>("[data-first-visit] input", form).forEach((input) => (input.value = ""));
  showKnown(form);
  showQuestions(form, !other && recall(TOKEN_KEY) !== null, other);
  if (other) {
    find("#full_name", form)?.focus();
  }
}

/** Whoever is inside here sees since when, the screen again, and how to leave. */
function showInside(form: HTMLFormElement): void {
  const panel = find("[data-inside]");
  const inside = recallJson<Inside | null>(INSIDE_KEY, null, (value): value is Inside | null => isInside(value));
  if (panel === null) {
    return;
  }
  const here = inside !== null && inside.code === form.dataset["venueCode"] && Date.now() - Date.parse(inside.at) < INSIDE_MS;
  panel.hidden = !here;
  if (!here || inside === null) {
    return;
  }
  const since = find("[data-inside-since]", panel);
  if (since !== null) {
    since.textContent = say("insideSince", { time: clockTime(new Date(inside.at)) });
  }
  const again = find<HTMLButtonElement>("[data-inside-show]", panel);
  if (again !== null) {
    again.onclick = () => {
      const { place, people, queued, id } = inside;
      const note = queued ? say("passQueuedNote") : "";
      showPass({ status: queued ? "queued" : "accepted", place, at: new Date(inside.at), people, note }, (put) => leave(id, put));
    };
  }
  const out = find<HTMLButtonElement>("[data-inside-out]", panel);
  if (out !== null) {
    out.onclick = () => {
      void leave(inside.id, (word) => {
        const said = find("[data-queue-said]");
        if (said !== null) {
          said.hidden = word === "";
          said.textContent = word;
        }
      });
    };
  }
}

/** A token that came while the page was closed, or with a batch. */
async function takeToken(form: HTMLFormElement): Promise<void> {
  const token = await note("device_token").catch(() => undefined);
  if (token !== undefined && token !== recall(TOKEN_KEY)) {
    remember(TOKEN_KEY, token);
    showKnown(form);
  }
}

/** What stands in the address: the code of the place, and what its screen showed. The page itself may be one of last week. */
function addressed(): { readonly code: string | undefined; readonly live: string | undefined } {
  const [, code, live] = /^\/c\/([^/]+)(?:\/([^/]+))?$/i.exec(location.pathname) ?? [];
  return { code, live: live ?? new URLSearchParams(location.search).get("live") ?? undefined };
}

/** The page for a place that this phone has never seen, opened with no signal: the code stands in its address. */
function takeCode(form: HTMLFormElement): void {
  const { code } = addressed();
  if (form.dataset["venueCode"] === "" && code !== undefined) {
    form.dataset["venueCode"] = code.toUpperCase();
    findAll("[data-place-code]", form).forEach((place) => (place.textContent = code.toUpperCase()));
  }
}

let sendNow: () => void = () => undefined;

const form = find<HTMLFormElement>("form[data-checkin]");
if (form !== null) {
  takeCode(form);
  showKnown(form);
  showQuestions(form, recall(TOKEN_KEY) !== null);
  watchQuestions(form);
  showInside(form);
  watchNear(form);
  form.noValidate = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? find("button[type=submit]", form);
    if (button instanceof HTMLElement && !isHeld(button) && !missing(form)) {
      void checkIn(form, button);
    }
  });
  for (const [selector, other] of [["[data-for-other]", true], ["[data-for-me]", false]] as const) {
    find(selector, form)?.addEventListener("click", (event) => {
      event.preventDefault();
      declareForAnother(form, other);
    });
  }
  form.addEventListener("input", () => showCount(form));
  find("[data-family-forget]", form)?.addEventListener("click", () => {
    forgetFamily();
    showFamily(form, true);
  });
  find("[data-not-me]", form)?.addEventListener("click", (event) => {
    event.preventDefault();
    void forgetPhone().then(() => {
      showKnown(form);
      showQuestions(form, false);
      find("#full_name", form)?.focus();
    });
  });
  const refresh = (): void => {
    void showQueue().catch(() => undefined);
    void takeToken(form);
  };
  onQueueChange(refresh);
  refresh();
  sendNow = keepSending([VISITS, PAPER, LEAVINGS]);
  registerWorker();
  void askToKeep();
}
