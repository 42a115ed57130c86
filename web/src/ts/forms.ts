/** Forms: nothing is sent twice, and errors are shown as GOV.UK shows them. */

import { type Problem } from "./api.ts";
import { element, find, findAll } from "./dom.ts";
import { say } from "./words.ts";

/** Marks a button as sending and keeps it from sending again; answers how to free it. */
export function hold(button: HTMLElement): () => void {
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  return () => {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  };
}

/** Whether a button sends already. */
export function isHeld(button: HTMLElement): boolean {
  return button.getAttribute("aria-busy") === "true";
}

/** Every form that posts is sent once, until the page comes back from the browser's history. */
export function preventDoubleSubmit(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) {
      return;
    }
    if (form.dataset["sent"] === "true") {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "true";
    const button = event.submitter ?? find("button[type=submit], button:not([type])", form);
    if (button instanceof HTMLElement) {
      hold(button);
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      findAll("form[data-sent]").forEach((form) => delete form.dataset["sent"]);
      findAll("[aria-busy=true]").forEach((button) => {
        button.removeAttribute("aria-busy");
        button.removeAttribute("aria-disabled");
      });
    }
  });
}

/** A summary that the server wrote takes the focus, so that it is read first. */
export function focusErrorSummary(): void {
  find("[data-error-summary]")?.focus();
}

/** The field of a form that a JSON Pointer names: its last part is the field's name. */
function fieldOf(form: HTMLFormElement, pointer: string): HTMLElement | null {
  const name = pointer.split("/").pop() ?? "";
  const named = form.elements.namedItem(name);
  return named instanceof RadioNodeList ? ((named[0] as HTMLElement | undefined) ?? null) : (named as HTMLElement | null);
}

/** Takes earlier errors off a form. */
export function clearErrors(form: HTMLFormElement): void {
  findAll(".error-summary, .field-error", form).forEach((shown) => shown.remove());
  findAll(".field-invalid", form).forEach((field) => field.classList.remove("field-invalid"));
  findAll("[aria-invalid]", form).forEach((input) => input.removeAttribute("aria-invalid"));
  document.title = document.title.replace(say("errorPrefix"), "");
}

/** Shows a problem in the form: a summary with links on top, each message at its field, the title says so. */
export function showProblem(form: HTMLFormElement, problem: Problem): void {
  clearErrors(form);
  const list = element("ul", "");
  const errors = problem.errors ?? [];
  for (const error of errors) {
    const field = fieldOf(form, error.pointer);
    if (field === null) {
      list.append(element("li", "", error.detail));
      continue;
    }
    field.id = field.id || `field-${error.pointer.replace(/\W+/g, "-")}`;
    const link = element("a", "", error.detail);
    link.href = `#${field.id}`;
    list.append(element("li", "", link));
    const message = element("p", "field-error", error.detail);
    message.id = `${field.id}-error`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", message.id);
    field.closest(".field")?.classList.add("field-invalid");
    field.before(message);
  }
  if (errors.length === 0) {
    list.append(element("li", "", problem.detail ?? problem.title));
  }
  const summary = element("div", "error-summary", element("h2", "", say("errorsTitle")), list);
  summary.setAttribute("role", "alert");
  summary.tabIndex = -1;
  form.prepend(summary);
  document.title = say("errorPrefix") + document.title;
  summary.focus();
}
