/**
 * A hand scanner that types (keyboard wedge): a burst of keys, faster than a hand, that ends with Enter or Tab. It works without a
 * field in focus, and lets a person who types into a field do so.
 */

import { isTyping } from "./dom.ts";

/** Between two keys of a scanner; a fast typist needs three times as long. */
const GAP_MS = 60;
/** A shorter burst is a person's shortcut. */
const SHORTEST = 6;

/** Gathers a burst of keys. */
export class Burst {
  private text = "";
  private at = -Infinity;

  /** The text of a burst that `key` ends, or `null`. */
  key(key: string, now: number): string | null {
    if (now - this.at > GAP_MS) {
      this.text = "";
    }
    this.at = now;
    if (key === "Enter" || key === "Tab") {
      const text = this.text;
      this.text = "";
      return text.length >= SHORTEST ? text : null;
    }
    if (key.length === 1) {
      this.text += key;
    }
    return null;
  }
}

/** Tells each text that a hand scanner types. */
export function listenToWedge(tell: (text: string) => void): void {
  const burst = new Burst();
  document.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const text = burst.key(event.key, event.timeStamp);
    if (text !== null) {
      event.preventDefault();
      tell(text);
    }
  });
}
