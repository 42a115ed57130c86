/**
 * Who comes along: the phone remembers them, and nobody else does. Whoever came last time is ticked, so that a family comes in with
 * one tap; the button says how many they are.
 */

import { element, find, findAll } from "./dom.ts";
import { recallJson, remember } from "./storage.ts";
import { figure, say } from "./words.ts";

const FAMILY_KEY = "antam.family";
/** As many as the server takes in one visit. */
const MOST = 20;

interface Member {
  readonly name: string;
  /** Came along the last time. */
  readonly along: boolean;
}

function isFamily(value: unknown): value is Member[] {
  return Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && typeof (one as Member).name === "string");
}

function family(): Member[] {
  return recallJson<Member[]>(FAMILY_KEY, [], isFamily);
}

function typed(form: HTMLFormElement): string[] {
  return findAll<HTMLInputElement>("input[name=party]", form).map((input) => input.value.trim()).filter((name) => name !== "");
}

function ticked(form: HTMLFormElement): string[] {
  return findAll<HTMLInputElement>("[data-family] input:checked", form).map((input) => input.value);
}

/** Who comes along this time: ticked or typed, nobody twice. */
export function party(form: HTMLFormElement): string[] {
  return [...new Set([...ticked(form), ...typed(form)])].slice(0, MOST);
}

/** Shows whom the phone knows, and keeps the button's number right. `own` is false where somebody else is declared for. */
export function showFamily(form: HTMLFormElement, own: boolean): void {
  const panel = find<HTMLFieldSetElement>("[data-family]", form);
  const list = panel === null ? null : find("[data-family-list]", panel);
  if (panel === null || list === null) {
    return;
  }
  const members = own ? family() : [];
  panel.hidden = members.length === 0;
  list.replaceChildren(
    ...members.map(({ name, along }) => {
      const box = element("input", "");
      box.type = "checkbox";
      box.value = name;
      box.checked = along;
      return element("label", "choice", box, element("span", "", name));
    }),
  );
  showCount(form);
}

/** The button says how many come in. */
export function showCount(form: HTMLFormElement): void {
  const count = find("[data-count]", form);
  const people = 1 + party(form).length;
  if (count !== null) {
    count.textContent = people === 1 ? "" : ` (${say("passPeople", { n: figure(people) })})`;
  }
}

/** Remembers who came along, for the next door; whom the phone knew before stays. */
export function learnFamily(form: HTMLFormElement, names: readonly string[]): void {
  const known = family().map((member) => member.name);
  const all = [...new Set([...known, ...names])].slice(-MOST);
  remember(FAMILY_KEY, all.length === 0 ? null : JSON.stringify(all.map((name) => ({ name, along: names.includes(name) }))));
  findAll<HTMLInputElement>("input[name=party]", form).forEach((input) => (input.value = ""));
  const more = find<HTMLDetailsElement>("details", form);
  if (more !== null) {
    more.open = false;
  }
  showFamily(form, true);
}

/** Nobody is remembered any more. */
export function forgetFamily(): void {
  remember(FAMILY_KEY, null);
}
