/** The row report of an upload, with what the sender wrote in the rows that are to be mended. */

/** What became of a row; the order is the order of the filters. */
export const STATUSES = ["rejected", "held", "amended", "duplicate", "ignored", "accepted"] as const;
export type RowStatus = (typeof STATUSES)[number];

export interface RowError {
  readonly column: string;
  readonly code: string;
  readonly detail: string;
}

/** What stands in a cell of the file; an empty one is there where something is wrong with it. */
export interface Cell {
  readonly column: string;
  readonly value: string;
}

export interface Row {
  readonly row: number;
  readonly accession: string | null;
  readonly status: RowStatus;
  readonly errors: readonly RowError[];
  readonly cells?: readonly Cell[];
}

export interface RowReport extends Readonly<Record<RowStatus | "received", number>> {
  readonly upload_id: string;
  readonly rows: readonly Row[];
}

/** The rows of a status, or all. */
export function rowsOf(report: RowReport, status: RowStatus | "all"): readonly Row[] {
  return status === "all" ? report.rows : report.rows.filter((row) => row.status === status);
}
