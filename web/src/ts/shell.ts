/** What every page does: forms that are sent once, questions before what cannot be undone, fresh times, the duty counter. */

import { askBeforeSubmit } from "./confirm.ts";
import { findAll } from "./dom.ts";
import { setUpDuty } from "./duty.ts";
import { focusErrorSummary, preventDoubleSubmit } from "./forms.ts";
import { keepTimesFresh } from "./relative_time.ts";
import { setUpThemeSwitch } from "./theme.ts";

/**
 * `[data-open="#id"]` opens a dialog, `[data-print]` prints, `[data-auto-submit]` sends its form when it changes, and
 * `[data-file-name]` says which file was chosen.
 */
function setUpSmallThings(): void {
  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-open], [data-print]") : null;
    if (pressed === null) {
      return;
    }
    if (pressed.dataset["print"] !== undefined) {
      print();
      return;
    }
    const dialog = document.querySelector(pressed.dataset["open"] ?? "");
    if (dialog instanceof HTMLDialogElement) {
      dialog.showModal();
    }
  });
  for (const input of findAll<HTMLSelectElement>("select[data-auto-submit]")) {
    input.addEventListener("change", () => input.form?.submit());
  }
  for (const name of findAll("[data-file-name]")) {
    const input = name.closest(".file-pick")?.querySelector<HTMLInputElement>("input");
    input?.addEventListener("change", () => (name.textContent = input.files?.[0]?.name ?? name.textContent));
  }
}

askBeforeSubmit();
preventDoubleSubmit();
focusErrorSummary();
keepTimesFresh();
setUpThemeSwitch();
setUpDuty();
setUpSmallThings();
