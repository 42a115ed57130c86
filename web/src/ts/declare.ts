/** The questions of the health declaration on the page of a door: shown when they are due, read when they are answered. */

import { find, findAll } from "./dom.ts";
import type { Declaration } from "./lines.ts";
import { recall, remember } from "./storage.ts";
import { say } from "./words.ts";

/** Until when what was declared on this phone holds; its answers are not kept. */
const UNTIL_KEY = "antam.declared";

function questions(form: HTMLFormElement): HTMLFieldSetElement | null {
  return find<HTMLFieldSetElement>("[data-declare]", form);
}

/** Whether the owner of this phone has to answer: a first visit, or a declaration that holds no more. Who came before and
 * is not known to have declared here is let try: the server knows of a declaration that was made elsewhere. */
function isDue(known: boolean): boolean {
  const until = recall(UNTIL_KEY);
  return until === null ? !known : Date.parse(until) <= Date.now();
}

function put(fields: HTMLFieldSetElement, shown: boolean): void {
  fields.hidden = !shown;
  fields.disabled = !shown;
}

/** Shows the questions where they are due; for somebody else they always are. */
export function showQuestions(form: HTMLFormElement, known: boolean, other = false): void {
  const fields = questions(form);
  if (fields !== null) {
    put(fields, other || isDue(known));
  }
}

/** Shows them because the door asked; `false` where this page has none. */
export function askNow(form: HTMLFormElement): boolean {
  remember(UNTIL_KEY, null);
  const fields = questions(form);
  if (fields === null) {
    return false;
  }
  put(fields, true);
  fields.scrollIntoView({ block: "start" });
  find("input", fields)?.focus({ preventScroll: true });
  return true;
}

/** Remembers until when it need not be asked again. */
export function learnDeclared(until: string | undefined): void {
  if (until !== undefined) {
    remember(UNTIL_KEY, until);
  }
}

/** Somebody else holds the phone. */
export function forgetDeclared(): void {
  remember(UNTIL_KEY, null);
}

/** What was answered, where the questions are shown. */
export function readDeclaration(form: HTMLFormElement): Declaration | undefined {
  const fields = questions(form);
  if (fields === null || fields.disabled) {
    return undefined;
  }
  const chosen = (name: string): string[] =>
    findAll<HTMLInputElement>(`input[name=${name}]:checked`, fields).map((input) => input.value);
  const travel = find<HTMLInputElement>("input[name=travel]", fields)?.value.trim() ?? "";
  return {
    symptoms: chosen("symptoms"),
    contact_with_case: chosen("contact_with_case")[0] === "yes",
    travel: travel === "" ? [] : [travel],
  };
}

/** A question that nobody answered stops the form; "none" and a sign exclude each other. */
export function watchQuestions(form: HTMLFormElement): void {
  const fields = questions(form);
  const none = fields === null ? null : find<HTMLInputElement>("input[name=no_symptoms]", fields);
  if (fields === null || none === null) {
    return;
  }
  findAll<HTMLInputElement>("input[name=contact_with_case]", fields).forEach((input) => (input.required = true));
  const signs = findAll<HTMLInputElement>("input[name=symptoms]", fields);
  const judge = (): void => {
    const answered = none.checked || signs.some((sign) => sign.checked);
    none.setCustomValidity(answered ? "" : say("declareAnswer"));
  };
  fields.addEventListener("change", (event) => {
    if (event.target === none && none.checked) {
      signs.forEach((sign) => (sign.checked = false));
    } else if (event.target instanceof HTMLInputElement && event.target.name === "symptoms" && event.target.checked) {
      none.checked = false;
    }
    judge();
  });
  judge();
}
