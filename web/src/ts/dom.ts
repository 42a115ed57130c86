/** Small helpers over the DOM that keep types honest. */

/** The first element that matches, where it is there. */
export function find<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E | null {
  return within.querySelector<E>(selector);
}

/** All elements that match, as an array. */
export function findAll<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E[] {
  return Array.from(within.querySelectorAll<E>(selector));
}

type Content = Node | string | null;

/** A new element with a class and children; text is always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: Content[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== "") {
    made.className = className;
  }
  for (const child of children) {
    if (child !== null) {
      made.append(child);
    }
  }
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture from the sprite, whose versioned address stands on the body. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset["sprite"] ?? "/assets/icons/sprite.svg"}#${name}`);
  svg.append(use);
  return svg;
}

/** Whether somebody types into `target`, so that a key is a letter and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}
