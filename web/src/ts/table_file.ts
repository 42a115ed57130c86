/** The cells of a file that is a table of text, told apart by what is in it: its name may say anything. */

import { parseCsv } from "./csv.ts";
import { type Table } from "./row_report.ts";

/** A bigger table is not read in the browser: its rows are shown by their accession. */
const MOST_READ_BYTES = 8_000_000;

/** How a workbook, an old workbook, a message and a document begin. */
const NO_TABLE = /^(PK|\u00D0\u00CF\u0011\u00E0|\v?(MSH|FHS|BHS)\||[{[])/;

/** The text of bytes: UTF-16 by its mark, UTF-8, or what old programs in Vietnam write. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) {
    return new TextDecoder("utf-16le").decode(bytes);
  }
  if (first === 0xfe && second === 0xff) {
    return new TextDecoder("utf-16be").decode(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1258").decode(bytes);
  }
}

/** The cells, or `null` where the file is no table of text, or too large. */
export async function readTable(file: Blob): Promise<Table | null> {
  if (file.size > MOST_READ_BYTES) {
    return null;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = Array.from(bytes.slice(0, 8), (byte) => String.fromCharCode(byte)).join("");
  if (NO_TABLE.test(head)) {
    return null;
  }
  const text = textOf(bytes).replace(/^\uFEFF/, "");
  if (NO_TABLE.test(text.trimStart().slice(0, 8)) || text.includes("\0")) {
    return null;
  }
  const [header, ...records] = parseCsv(text);
  return header === undefined ? null : { header, records };
}
