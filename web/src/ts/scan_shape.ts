/**
 * What is surely wrong with a scanned text, by the rules of the server's parser (`shared/src/scan`): half a card, a garbled
 * one, a date that no calendar has. With no signal the server says so hours later, when nobody stands at the door any more.
 *
 * Whatever the server would take is let through; it also judges what only it can know. Who changes a rule there changes it here.
 */

export type CardName = "cardCccd" | "cardBhyt" | "cardPcCovid";
export type FieldName = "fieldNumber" | "fieldName" | "fieldBirth";

/** What is wrong: a card of which a part was read, a field of a card that cannot be, or what else the text is. */
export type Fault =
  | { readonly fault: "half"; readonly card: CardName }
  | { readonly fault: "field"; readonly card: CardName; readonly field: FieldName }
  | { readonly fault: "personal" | "garbled" | "phone" | "unread" };

/** Bytes: the largest QR symbol holds 2,953 (ISO/IEC 18004, version 40-L). */
const LONGEST = 3_000;
const LABELS = ["cccd:", "căn cước:", "bhyt:", "qr:", "]q1", "]q3", "]q0"];
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

const unread: Fault = { fault: "unread" };
const half = (card: CardName): Fault => ({ fault: "half", card });
const bad = (card: CardName, field: FieldName): Fault => ({ fault: "field", card, field });

/** What no server is needed to refuse; `null` where only the server can judge. */
export function faultOf(text: string): Fault | null {
  if (new TextEncoder().encode(text).length > LONGEST) {
    return unread;
  }
  if (text.includes("\uFFFD") || isMisread(text)) {
    return { fault: "garbled" };
  }
  const clean = cleaned(text);
  if (/^hc1:/i.test(clean)) {
    return null;
  }
  const personal = /(?:^|[Pp]\/)([0-9]{50,})$/.exec(clean);
  if (personal?.[1] !== undefined) {
    return isPersonal(personal[1]) ? null : { fault: "personal" };
  }
  if (isAddress(clean)) {
    return unread;
  }
  const mark = ["|", "\t", ";"].find((each) => clean.includes(each));
  return mark === undefined ? faultOfNumber(clean) : faultOfCard(clean.split(mark).map(trim));
}

function trim(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** Without what scanners put around it. */
function cleaned(text: string): string {
  const edge = (part: string): string => part.replace(/^[\p{White_Space}\uFEFF]+|[\p{White_Space}\uFEFF]+$/gu, "");
  // Tabs part fields with some scanners; every other control character says nothing.
  let clean = edge(text.replace(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/g, ""));
  for (;;) {
    const label = LABELS.find((each) => clean.slice(0, each.length).toLowerCase() === each);
    if (label === undefined) {
      return clean;
    }
    clean = edge(clean.slice(label.length));
  }
}

/** Whether UTF-8 was read as Windows-1252 or Latin-1: the bytes make UTF-8 again, which no text does by chance. */
function isMisread(text: string): boolean {
  if (/^[\u0000-\u007F]*$/.test(text)) {
    return false;
  }
  const bytes = Array.from(text, (letter) => {
    const at = WINDOWS_1252.indexOf(letter);
    return at >= 0 ? 0x80 + at : (letter.codePointAt(0) ?? 0);
  });
  return bytes.every((byte) => byte <= 0xff) && utf8(Uint8Array.from(bytes)) !== null;
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Eight groups of eight digits, three bytes each. */
function isPersonal(digits: string): boolean {
  return digits.length === 64 && (digits.match(/.{8}/g) ?? []).every((group) => Number(group) < 2 ** 24);
}

function isAddress(text: string): boolean {
  if (/[| \t]/.test(text)) {
    return false;
  }
  const lower = text.toLowerCase();
  const host = lower.split("/", 1)[0] ?? "";
  return lower.includes("://") || lower.startsWith("www.") || (lower.includes("/") && /^[a-z][a-z0-9.:-]*$/.test(host) && host.includes("."));
}

/** A number alone: of an identity card or an insurance card. Who has it only the server knows. */
function faultOfNumber(text: string): Fault | null {
  if (/^(?:0|\+?84)[35789][0-9]{8}$/.test(text.replace(/[ .-]/g, ""))) {
    return { fault: "phone" };
  }
  const number = text.replace(/[\p{White_Space}.-]/gu, "");
  return /^(?:[0-9]{9}|[0-9]{12})$/.test(number) || isInsurance(number) ? null : unread;
}

function isInsurance(text: string): boolean {
  const number = text.replace(/[\p{White_Space}.-]/gu, "");
  return /^(?:[A-Za-z]{2}[1-5](?!00)[0-9]{2})?[0-9]{10}$/.test(number);
}

function faultOfCard(fields: readonly string[]): Fault | null {
  const [first = "", , third = ""] = fields;
  if (/^[0-9*]{4}-[0-9*]{2}-[0-9*]{2}$/.test(third)) {
    return faultOfPcCovid(fields);
  }
  if (!first.includes(" ") && isInsurance(first)) {
    return faultOfBhyt(fields);
  }
  return /^[0-9]{12}$/.test(first) ? faultOfCccd(fields) : unread;
}

function faultOfPcCovid(fields: readonly string[]): Fault | null {
  const [, name = "", birth = "", kind = ""] = fields;
  if (fields.length < 5 || (kind !== "0" && kind !== "1")) {
    return half("cardPcCovid");
  }
  if (!isName(name)) {
    return bad("cardPcCovid", "fieldName");
  }
  // The usual view hides day and month.
  const known = birth.includes("*") ? /^[0-9]{4}/.test(birth) : isBirth(birth);
  return known ? null : bad("cardPcCovid", "fieldBirth");
}

function faultOfBhyt(fields: readonly string[]): Fault | null {
  const [, name = "", birth = ""] = fields;
  // A whole card ends in `$`; without it the tail was cut off, wherever that was.
  if (fields.length < 5 || fields[fields.length - 1] !== "$") {
    return half("cardBhyt");
  }
  const written = hex(name);
  if (written === null || !isName(written)) {
    return bad("cardBhyt", "fieldName");
  }
  return isBirth(birth) ? null : bad("cardBhyt", "fieldBirth");
}

function faultOfCccd(fields: readonly string[]): Fault | null {
  const [, old = "", name = "", birth = "", sex = ""] = fields;
  // Something longer than a word for the sex is another field, so the fields are out of step.
  if (fields.length < 6 || !/^(?:[0-9]{9}|[0-9]{12})?$/.test(old) || Array.from(sex).length > 8) {
    return half("cardCccd");
  }
  if (!isName(name)) {
    return bad("cardCccd", "fieldName");
  }
  const [, day, month, year] = /^([0-9]{2})([0-9]{2})([0-9]{4})$/.exec(birth) ?? [];
  return isDay(year, month, day) ? null : bad("cardCccd", "fieldBirth");
}

function isName(text: string): boolean {
  return /\p{Alphabetic}/u.test(text);
}

/** A day as cards write it, or a year alone. */
function isBirth(text: string): boolean {
  const parts = text.split(/[-/.]/);
  if (!parts.every((part) => /^[0-9]*$/.test(part))) {
    return false;
  }
  const [a = "", b = "", c = ""] = parts;
  if (parts.length === 1) {
    return a.length === 4;
  }
  return parts.length === 3 && (a.length === 4 ? isDay(a, b, c) : c.length === 4 && isDay(c, b, a));
}

/** Whether the calendar has that day. */
function isDay(year = "", month = "", day = ""): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const leap = y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] ?? 0;
  return d >= 1 && d <= days;
}

/** The text whose UTF-8 is written in hex. */
function hex(text: string): string | null {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(text)) {
    return null;
  }
  const written = utf8(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  return written === null || /[\u0000-\u001F\u007F-\u009F]/.test(written) ? null : written;
}
