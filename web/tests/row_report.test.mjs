import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, recordsOf, rowsOf } from "../src/ts/row_report.ts";

const table = { header: ["accession", "outcome"], records: [["A1", "detected"], ["A2", "duong"]] };
const bad = { row: 3, accession: "A2", status: "rejected", errors: [{ column: "outcome", code: "outcome", detail: "sai" }] };

test("a row shows the cells of its own record", () => {
  assert.deepEqual(cellsOf(table, bad), ["A2", "duong"]);
});

test("cells that do not hold the row's accession are not shown: they would be another person's", () => {
  assert.equal(cellsOf(table, { ...bad, row: 2 }), null);
  assert.equal(cellsOf(table, { ...bad, accession: null }), null);
});

test("the download has the file's columns and the reasons, and a line for each row", () => {
  assert.deepEqual(recordsOf(table, [bad], ["row", "id", "why"]), [
    ["row", "id", "accession", "outcome", "why"],
    ["3", "A2", "A2", "duong", "outcome: sai"],
  ]);
});

test("a filter keeps the rows of its status", () => {
  const report = { rows: [bad, { ...bad, row: 2, status: "accepted" }] };
  assert.deepEqual(rowsOf(report, "rejected"), [bad]);
  assert.equal(rowsOf(report, "all").length, 2);
});
