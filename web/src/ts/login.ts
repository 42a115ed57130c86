/** The sign-in page: shows the password to whom types it, where that helps. */

import { find, findAll } from "./dom.ts";

for (const box of findAll<HTMLInputElement>("[data-show-password]")) {
  const input = find<HTMLInputElement>(`#${box.dataset["showPassword"] ?? ""}`);
  box.addEventListener("change", () => {
    if (input !== null) {
      input.type = box.checked ? "text" : "password";
    }
  });
}
