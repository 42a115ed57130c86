/** Light and dark: the system decides until somebody chooses on this device. */

import { find } from "./dom.ts";
import { recall, remember } from "./storage.ts";

const KEY = "antam.theme";

type Theme = "light" | "dark";

function isTheme(value: string | null): value is Theme {
  return value === "light" || value === "dark";
}

/** Applies the chosen theme before the page is painted. */
export function applyTheme(): void {
  const chosen = recall(KEY);
  if (isTheme(chosen)) {
    document.documentElement.dataset["theme"] = chosen;
  }
}

function current(): Theme {
  const chosen = document.documentElement.dataset["theme"] ?? null;
  if (isTheme(chosen)) {
    return chosen;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Lets the button of the header switch between light and dark. */
export function setUpThemeSwitch(): void {
  find("[data-theme-switch]")?.addEventListener("click", () => {
    const next: Theme = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = next;
    remember(KEY, next);
  });
}
