/** The patient's page: big keys for numbers, in the comma of the language. The plain input works without them. */

import { find, findAll } from "./dom.ts";

const BACK = "back";

/** What the input holds after `key` of the pad: a figure, `,` or `back`. */
export function afterKey(value: string, key: string, most: number): string {
  if (key === BACK) {
    return value.slice(0, -1);
  }
  if (key === "," && (value === "" || value.includes(",") || value.includes("."))) {
    return value;
  }
  return value.length >= most ? value : value + key;
}

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
