/** Asks before what cannot be taken back: `data-confirm="…"` on a form or its button holds the question. */

import { element } from "./dom.ts";
import { say } from "./words.ts";

/** Asks `question`; answers whether the person goes on. */
export function ask(question: string): Promise<boolean> {
  const no = element("button", "button button-quiet", say("cancel"));
  const yes = element("button", "button button-danger", say("goOn"));
  const title = element("h2", "dialog-title", question);
  title.id = "confirm-title";
  const dialog = element(
    "dialog",
    "dialog",
    element("div", "dialog-body", title),
    element("div", "dialog-actions", no, yes),
  );
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);
  // Browsers older than the dialog element ask in their own way.
  if (typeof dialog.showModal !== "function") {
    dialog.remove();
    return Promise.resolve(window.confirm(question));
  }
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close("no"));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}

function resubmit(form: HTMLFormElement, submitter: HTMLElement | null): void {
  // Safari before 16 cannot submit as a button does; its plain submit sends the same fields.
  if (typeof form.requestSubmit === "function") {
    form.requestSubmit(submitter);
  } else {
    form.submit();
  }
}

/** Holds back every form that has a question until it is answered with yes. */
export function askBeforeSubmit(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement)) {
        return;
      }
      const submitter = event.submitter instanceof HTMLElement ? event.submitter : null;
      const question = submitter?.dataset["confirm"] ?? form.dataset["confirm"];
      if (question === undefined || form.dataset["confirmed"] === "true") {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      void ask(question).then((yes) => {
        if (yes) {
          form.dataset["confirmed"] = "true";
          resubmit(form, submitter);
        }
      });
    },
    { capture: true },
  );
}
