/** What the sampling team has in hand: a tube, and whoever's swabs go into it. Pure: what a scan means, step by step. */

import { misreadOf, type Range } from "./tube_code.ts";

/** The most people in one tube. */
export const MOST = 10;

/** A person as they were scanned or typed. */
export interface Sampled {
  readonly scanned?: string;
  readonly full_name?: string;
  readonly birth_date?: string;
  readonly phone?: string;
}

/** The tube in hand. */
export interface Hand {
  readonly barcode: string;
  readonly kit: string;
  readonly people: readonly Sampled[];
}

export const EMPTY: Hand = { barcode: "", kit: "", people: [] };

/** What a scan did. */
export type Step = "tube" | "kit" | "person" | "misread" | "same" | "full" | "tube_first" | "link";

/** The last digits of our personal QR, which tells the phone no name: an address that ends in `/P/` and digits, or 64 digits. */
export function personalEnd(text: string): string | null {
  return /(?:\/p\/|^)[0-9]{60}([0-9]{4})$/i.exec(text.trim())?.[1] ?? null;
}

/** Whether a text is somebody's card or number and not the code of a tube. */
export function isOfPerson(text: string): boolean {
  const trimmed = text.trim();
  const isCard = trimmed.includes("|") || trimmed.startsWith("HC1:") || personalEnd(trimmed) !== null;
  // 12 digits: an identity number. Two letters and 13 digits: a health insurance number.
  return isCard || /^[0-9]{12}$/.test(trimmed) || /^[A-Z]{2}[0-9]{13}$/i.test(trimmed);
}

/** The name on a card, as far as the phone can tell: the third field of an identity card. */
export function nameOf(person: Sampled): string {
  const fields = person.scanned?.split("|") ?? [];
  return person.full_name ?? (fields.length >= 6 ? (fields[2] ?? "") : (person.scanned ?? "").slice(0, 18));
}

/** The hand after a scan, and what the scan was. */
export function scan(hand: Hand, text: string, ranges: readonly Range[]): { readonly hand: Hand; readonly step: Step } {
  const read = text.trim();
  if (isOfPerson(read)) {
    return add(hand, { scanned: read });
  }
  if (/^https?:/i.test(read)) {
    return { hand, step: "link" };
  }
  if (misreadOf(read, ranges) !== null) {
    return { hand, step: "misread" };
  }
  if (hand.barcode === "") {
    return { hand: { ...hand, barcode: read }, step: "tube" };
  }
  return read === hand.barcode || read === hand.kit ? { hand, step: "same" } : { hand: { ...hand, kit: read }, step: "kit" };
}

/** The hand with one person more. */
export function add(hand: Hand, person: Sampled): { readonly hand: Hand; readonly step: Step } {
  if (hand.barcode === "") {
    return { hand, step: "tube_first" };
  }
  const same = (other: Sampled): boolean => JSON.stringify(other) === JSON.stringify(person);
  if (hand.people.some(same)) {
    return { hand, step: "same" };
  }
  if (hand.people.length >= MOST) {
    return { hand, step: "full" };
  }
  return { hand: { ...hand, people: [...hand.people, person] }, step: "person" };
}
