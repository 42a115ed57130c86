/** What the sampling team has in hand: a tube, and whoever's swabs go into it. Pure: what a scan means, step by step. */

import { isOurs, misreadOf, type Range } from "./tube_code.ts";

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
export type Step = "tube" | "kit" | "person" | "misread" | "same" | "full" | "tube_first" | "link" | "taken" | "other_tube";

/** The last digits of our personal QR, which tells the phone no name: an address that ends in `/P/` and digits, or 64 digits. */
export function personalEnd(text: string): string | null {
  return /(?:\/p\/|^)[0-9]{60}([0-9]{4})$/i.exec(text.trim())?.[1] ?? null;
}

/** The provinces in which a birth is registered: the first digits of an identity number after a zero (the server's own table). */
const PROVINCES =
  "01 02 04 06 08 10 11 12 14 15 17 19 20 22 24 25 26 27 30 31 33 34 35 36 37 38 40 42 44 45 46 48 49 51 52 54 56 58 60 62 64 66 67 68 70 72 74 75 77 79 80 82 83 84 86 87 89 91 92 93 94 95 96";
/** The first and the last code of a country. */
const COUNTRIES = [101, 295] as const;
const OLDEST = 120;

/** Whether 12 digits can be an identity number, `PPP G YY RRRRRR`: a kit's own barcode (UPC-A) has twelve as well. */
export function isIdentityNumber(text: string, year: number): boolean {
  const [, place, century, born] = /^([0-9]{3})([0-9])([0-9]{2})[0-9]{6}$/.exec(text) ?? [];
  if (place === undefined) {
    return false;
  }
  const code = Number(place);
  const known = code < 100 ? PROVINCES.split(" ").includes(place.slice(1)) : code >= COUNTRIES[0] && code <= COUNTRIES[1];
  const age = year - (1900 + Math.floor(Number(century) / 2) * 100 + Number(born));
  return known && age >= 0 && age <= OLDEST;
}

/** Whether a text is somebody's card or number and not the code of a tube. */
export function isOfPerson(text: string): boolean {
  const trimmed = text.trim();
  const isCard = trimmed.includes("|") || trimmed.startsWith("HC1:") || personalEnd(trimmed) !== null;
  // Two letters and 13 digits: a health insurance number.
  return isCard || isIdentityNumber(trimmed, new Date().getFullYear()) || /^[A-Z]{2}[0-9]{13}$/i.test(trimmed);
}

/** The text whose UTF-8 is written as hexadecimal digits, as on a health insurance card; `null` where it is none. */
function fromHex(digits: string): string | null {
  if (digits.length < 4 || !/^(?:[0-9a-f]{2})+$/i.test(digits)) {
    return null;
  }
  const bytes = digits.match(/../g) ?? [];
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes, (byte) => parseInt(byte, 16)));
  } catch {
    return null;
  }
}

/**
 * The name on a card, as far as the phone can tell: the third field of an identity card, the second of PC-Covid's code, whose
 * third is the birth, and the second of an insurance card, in hexadecimal digits.
 */
export function nameOf(person: Sampled): string {
  const [number = "", second = "", third = "", ...rest] = person.scanned?.split("|") ?? [];
  if (person.full_name !== undefined || rest.length < 2) {
    return person.full_name ?? (person.scanned ?? "").slice(0, 18);
  }
  const isBirth = /^[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}$/.test(third);
  return isBirth ? (fromHex(second) ?? second) || number : third;
}

/** The hand after a scan, and what the scan was. `taken` are the codes of the tubes that this phone has done. */
export function scan(
  hand: Hand,
  text: string,
  ranges: readonly Range[],
  taken: readonly string[] = [],
): { readonly hand: Hand; readonly step: Step } {
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
  // The camera still looks at the tube that was just done.
  if (taken.includes(read)) {
    return { hand, step: "taken" };
  }
  if (hand.barcode === "") {
    return { hand: { ...hand, barcode: read }, step: "tube" };
  }
  if (read === hand.barcode || read === hand.kit) {
    return { hand, step: "same" };
  }
  // A label of ours is no kit's own number: it is the next tube, and this one is not done.
  const isNextTube = isOurs(read, ranges) && (isOurs(hand.barcode, ranges) || isOurs(hand.kit, ranges));
  return isNextTube ? { hand, step: "other_tube" } : { hand: { ...hand, kit: read }, step: "kit" };
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
