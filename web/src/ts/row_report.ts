/** The row report of an upload, joined with the cells of the file that was sent. */

/** What became of a row; the order is the order of the filters. */
export const STATUSES = ["rejected", "held", "amended", "duplicate", "ignored", "accepted"] as const;
export type RowStatus = (typeof STATUSES)[number];

export interface RowError {
  readonly column: string;
  readonly code: string;
  readonly detail: string;
}

export interface Row {
  readonly row: number;
  readonly accession: string | null;
  readonly status: RowStatus;
  readonly errors: readonly RowError[];
}

export interface RowReport extends Readonly<Record<RowStatus | "received", number>> {
  readonly upload_id: string;
  readonly rows: readonly Row[];
}

/** The cells of the file by column; `null` where the file is no table that the browser can read. */
export interface Table {
  readonly header: readonly string[];
  readonly records: readonly (readonly string[])[];
}

/**
 * The cells of a row. Rows are counted as a spreadsheet shows them, the header is row 1; a file counted otherwise would show another person's
 * cells, so a record is taken only where it holds the row's accession.
 */
export function cellsOf(table: Table | null, row: Row): readonly string[] | null {
  const record = table?.records[row.row - 2];
  if (record === undefined || row.accession === null || row.accession === "") {
    return null;
  }
  const accession = row.accession;
  return record.some((cell) => cell.trim() === accession) ? record : null;
}

/** The rows of a status, or all. */
export function rowsOf(report: RowReport, status: RowStatus | "all"): readonly Row[] {
  return status === "all" ? report.rows : report.rows.filter((row) => row.status === status);
}
