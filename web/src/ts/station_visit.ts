/** What was entered at a patient's door, as records of the queue. Pure, so that it is tested without a browser. */

import type { StationRecord } from "./lines.ts";

/** A number as it was typed, with what can be read at all. */
export interface Typed {
  readonly name: string;
  readonly text: string;
  readonly low: number;
  readonly high: number;
}

/** What the form holds. */
export interface Entry {
  readonly numbers: readonly Typed[];
  readonly onOxygen: boolean;
  /** `null`: nobody asked. */
  readonly symptoms: readonly string[] | null;
  readonly test: string;
  readonly call: string;
  readonly note: string;
}

/** The records, or the field at fault. */
export type Made =
  | { readonly records: readonly StationRecord[] }
  | { readonly wrong: string; readonly low?: number; readonly high?: number };

/** A number as people write it, with a comma or a point; `null` where it is none. */
export function numberOf(text: string): number | null {
  return /^\d{1,3}(?:[.,]\d{1,2})?$/.test(text) ? Number(text.replace(",", ".")) : null;
}

/** The records of an entry: a report, a test, a call, each with an id of its own, so that sending twice keeps it once. */
export function recordsOf(entry: Entry, caseId: string, who: string, now: Date, newId: () => string): Made {
  const measured: Record<string, string> = {};
  for (const { name, text, low, high } of entry.numbers) {
    if (text === "") {
      continue;
    }
    const value = numberOf(text);
    if (value === null || value < low || value > high) {
      return { wrong: name, low, high };
    }
    measured[name] = text;
  }
  const at = now.toISOString();
  const of = (kind: StationRecord["kind"], more: object): StationRecord => ({ id: newId(), kind, case_id: caseId, who, ...more });
  const records: StationRecord[] = [];
  if (Object.keys(measured).length > 0 || entry.symptoms !== null) {
    const symptoms = entry.symptoms === null ? {} : { symptoms: entry.symptoms };
    records.push(of("report", { at, by: "staff", ...measured, ...(entry.onOxygen ? { on_oxygen: true } : {}), ...symptoms }));
  }
  if (entry.test !== "") {
    records.push(of("test", { outcome: entry.test, method: "antigen", watch: "staff", collected_at: at, note: entry.note }));
  }
  if (entry.call !== "") {
    records.push(of("call", { disposition: entry.call, note: entry.note }));
  }
  return records.length === 0 ? { wrong: entry.numbers[0]?.name ?? "note" } : { records };
}
