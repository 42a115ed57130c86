/**
 * The code on a tube: the number of the tube in seven characters of Crockford's base 32 and a check character over the field of
 * 32 elements (x⁵ + x² + 1). Any one misread character and any exchange of two is caught, without a network. The same rule
 * stands in the server (`lab-results/src/domain/tube.rs`).
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;

/** Numbers that a site may use up: the first, and how many. */
export interface Range {
  readonly first: number;
  readonly size: number;
}

function timesX(element: number): number {
  const shifted = element << 1;
  return (shifted & 32) === 0 ? shifted : shifted ^ 0b100101;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => timesX(total) ^ value, 0);
}

/** The code of a tube's number, below 2^35. */
export function codeOf(number: number): string {
  const values: number[] = [];
  let rest = number;
  for (let place = 0; place < LENGTH - 1; place += 1) {
    values.unshift(rest % 32);
    rest = Math.floor(rest / 32);
  }
  values.push(sum([...values, 0]));
  return values.map((value) => ALPHABET[value] ?? "").join("");
}

function valuesOf(text: string): number[] | null {
  const letters = Array.from(text.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0"));
  const values = letters.map((letter) => ALPHABET.indexOf(letter));
  return values.length === LENGTH && values.every((value) => value >= 0) ? values : null;
}

function numberOf(values: readonly number[]): number {
  return values.slice(0, -1).reduce((number, value) => number * 32 + value, 0);
}

/** The number of a right code, however it is written; `null` where it is none. */
export function readCode(text: string): number | null {
  const values = valuesOf(text);
  return values !== null && sum(values) === 0 ? numberOf(values) : null;
}

function within(ranges: readonly Range[], number: number): boolean {
  return ranges.some(({ first, size }) => number >= first && number < first + size);
}

/** Whether a text is a right code of one of these ranges. */
export function isOurs(text: string, ranges: readonly Range[]): boolean {
  const number = readCode(text);
  return number !== null && within(ranges, number);
}

/** The code of one of these ranges that was misread in one character, or `null`: a kit's own number is no misread code of ours. */
export function misreadOf(text: string, ranges: readonly Range[]): string | null {
  const values = valuesOf(text);
  if (values === null || sum(values) === 0) {
    return null;
  }
  for (let place = 0; place < LENGTH; place += 1) {
    for (let value = 0; value < 32; value += 1) {
      const mended = [...values];
      mended[place] = value;
      if (sum(mended) === 0 && within(ranges, numberOf(mended))) {
        return codeOf(numberOf(mended));
      }
    }
  }
  return null;
}

/** The ranges as the page holds them: `first:size,…`. */
export function readRanges(text: string): Range[] {
  const parts = text.split(",").map((part) => part.split(":").map(Number));
  return parts.flatMap(([first, size]) => (first !== undefined && size !== undefined && Number.isSafeInteger(first) && size > 0 ? [{ first, size }] : []));
}
