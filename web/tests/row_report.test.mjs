import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf } from "../src/ts/row_report.ts";

const bad = { row: 3, accession: "A2", status: "rejected", errors: [{ column: "outcome", code: "outcome", detail: "sai" }] };

test("a filter keeps the rows of its status", () => {
  const report = { rows: [bad, { ...bad, row: 2, status: "accepted" }] };
  assert.deepEqual(rowsOf(report, "rejected"), [bad]);
  assert.equal(rowsOf(report, "all").length, 2);
});
