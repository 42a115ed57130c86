import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, rowsOf } from "../src/ts/row_report.ts";

const table = { header: ["accession", "outcome"], records: [["A1", "detected"], ["A2", "duong"]] };
const bad = { row: 3, accession: "A2", status: "rejected", errors: [{ column: "outcome", code: "outcome", detail: "sai" }] };

test("a row shows the cells of its own record", () => {
  assert.deepEqual(cellsOf(table, bad), ["A2", "duong"]);
});

test("cells that do not hold the row's accession are not shown: they would be another person's", () => {
  assert.equal(cellsOf(table, { ...bad, row: 2 }), null);
  assert.equal(cellsOf(table, { ...bad, accession: null }), null);
});

test("a filter keeps the rows of its status", () => {
  const report = { rows: [bad, { ...bad, row: 2, status: "accepted" }] };
  assert.deepEqual(rowsOf(report, "rejected"), [bad]);
  assert.equal(rowsOf(report, "all").length, 2);
});
