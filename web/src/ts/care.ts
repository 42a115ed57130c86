/** The patient's page: big keys for numbers, in the comma of the language. The plain input works without them. */

import { find, findAll } from "./dom.ts";
import { afterKey } from "./number_pad.ts";

for (const pad of findAll("[data-pad-for]")) {
  const input = find<HTMLInputElement>(`#${pad.dataset["padFor"] ?? ""}`);
  pad.addEventListener("click", (event) => {
    const key = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-key]") : null;
    if (input !== null && key !== null) {
      input.value = afterKey(input.value, key.dataset["key"] ?? "", input.maxLength > 0 ? input.maxLength : 5);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}
