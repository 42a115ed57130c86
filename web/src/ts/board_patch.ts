/** Brings the board's cards to what the server says, without moving what is under the pointer. */

import { planLane } from "./board_plan.ts";
import { find, findAll } from "./dom.ts";

const CARD = "[data-alert-id]";

export interface Patched {
  /** The cards that were on no lane before. */
  readonly fresh: readonly HTMLElement[];
  /** A card is held in place that should move; patch again when the pointer has left. */
  readonly unsettled: boolean;
}

function idOf(card: HTMLElement): string {
  return card.dataset["alertId"] ?? "";
}

function cardsOf(lane: ParentNode): Map<string, HTMLElement> {
  return new Map(findAll(CARD, lane).map((card) => [idOf(card), card]));
}

/** What the server says of a card, without its running clocks: those change with every answer and mean nothing new. */
function sourceOf(card: HTMLElement): string {
  const copy = card.cloneNode(true) as HTMLElement;
  findAll("[data-wait], [data-time]", copy).forEach((clock) => (clock.textContent = ""));
  return copy.outerHTML;
}

/** Takes over what changed in a card and keeps the element, so that focus, pointer and a press under way stay. */
function update(card: HTMLElement, next: HTMLElement): void {
  const source = sourceOf(next);
  if (card.dataset["source"] === source && card.dataset["state"] !== "gone") {
    return;
  }
  const hadFocus = card.contains(document.activeElement);
  for (const attribute of Array.from(next.attributes)) {
    card.setAttribute(attribute.name, attribute.value);
  }
  card.replaceChildren(...Array.from(next.childNodes));
  card.dataset["source"] = source;
  if (hadFocus) {
    find(".alert-link", card)?.focus({ preventScroll: true });
  }
}

/** The id of the card under the pointer or in focus, where there is one. */
export function anchorOf(board: ParentNode): string | null {
  const card = find(`${CARD}:hover`, board) ?? find(`${CARD}:focus-within`, board);
  return card === null ? null : idOf(card);
}

function patchLane(lane: HTMLElement, next: HTMLElement, anchor: string | null, known: ReadonlySet<string>): Patched {
  const list = find(".lane-list", lane);
  const nextList = find(".lane-list", next);
  if (list === null || nextList === null) {
    return { fresh: [], unsettled: false };
  }
  const current = cardsOf(list);
  const wanted = cardsOf(nextList);
  const plan = planLane([...current.keys()], [...wanted.keys()], anchor);
  const fresh: HTMLElement[] = [];
  const items = plan.order.map((id) => {
    const card = current.get(id);
    const source = wanted.get(id);
    if (card !== undefined) {
      if (source !== undefined) {
        update(card, source);
      }
      if (plan.ghosts.has(id)) {
        card.dataset["state"] = "gone";
      }
      return card.closest("li") ?? card;
    }
    const made = source as HTMLElement;
    made.dataset["source"] = sourceOf(made);
    if (!known.has(id)) {
      made.classList.add("alert-new");
      fresh.push(made);
    }
    return made.closest("li") ?? made;
  });
  place(list, items);
  for (const part of [".lane-title", ".lane-empty"]) {
    const shown = find(part, lane);
    const coming = find(part, next);
    if (shown !== null && coming !== null) {
      shown.innerHTML = coming.innerHTML;
      shown.hidden = coming.hidden;
    }
  }
  const settled = [...wanted.keys()];
  return { fresh, unsettled: plan.order.some((id, index) => settled[index] !== id) };
}

/** Puts `items` into `list` in order and takes out the rest, touching only what differs. */
function place(list: HTMLElement, items: readonly Element[]): void {
  items.forEach((item, index) => {
    if (list.children[index] !== item) {
      list.insertBefore(item, list.children[index] ?? null);
    }
  });
  while (list.children.length > items.length) {
    list.lastElementChild?.remove();
  }
}

/** Patches every lane of `board` from the server's fragment; lanes are told apart by `data-level`. */
export function patchBoard(board: HTMLElement, fragment: ParentNode): Patched {
  const anchor = anchorOf(board);
  const known = new Set(cardsOf(board).keys());
  const patched = findAll(".lane", board).map((lane) => {
    const next = find(`.lane[data-level="${lane.dataset["level"] ?? ""}"]`, fragment);
    return next === null ? { fresh: [], unsettled: false } : patchLane(lane, next, anchor, known);
  });
  return { fresh: patched.flatMap((lane) => lane.fresh), unsettled: patched.some((lane) => lane.unsettled) };
}
