/** One keystroke to move, take, call and open. Off in fields, with modifier keys, and where the person turned it off. */

import { find, findAll, isTyping } from "./dom.ts";
import { recall, remember } from "./storage.ts";

const KEY = "antam.board.shortcuts";

function cards(): HTMLElement[] {
  return findAll("[data-alert-id]:not([data-state=gone])").filter((card) => card.offsetParent !== null);
}

function focused(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-alert-id]") ?? null;
}

function move(step: 1 | -1): void {
  const all = cards();
  const at = all.findIndex((card) => card === focused());
  const target = at === -1 ? all[0] : all[Math.min(Math.max(at + step, 0), all.length - 1)];
  const link = target === undefined ? null : find(".alert-link", target);
  link?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

const COMMANDS: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("[data-take] button, button[data-take]"),
  c: () => press("a[href^='tel:']"),
  "?": () => find<HTMLDialogElement>("#shortcuts")?.showModal(),
};

function press(selector: string): void {
  const card = focused();
  if (card !== null) {
    find(selector, card)?.click();
  }
}

/** Listens for the keys, and lets `[data-shortcuts-switch]` turn them off (WCAG 2.2, 2.1.4). */
export function setUpKeys(): void {
  const toggle = find<HTMLInputElement>("[data-shortcuts-switch]");
  if (toggle !== null) {
    toggle.checked = recall(KEY) !== "off";
    toggle.addEventListener("change", () => remember(KEY, toggle.checked ? null : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    const command = COMMANDS[event.key];
    if (command !== undefined && recall(KEY) !== "off") {
      event.preventDefault();
      command();
    }
  });
}
