import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv, safeCell, separatorOf, writeCsv } from "../src/ts/csv.ts";

test("quoted cells keep separators, quotes and line ends", () => {
  assert.deepEqual(parseCsv('a,b\r\n"x, ""y""","1\n2"\r\n'), [["a", "b"], ['x, "y"', "1\n2"]]);
});

test("the separator is the one the header has most of", () => {
  assert.equal(separatorOf("a;b;c\n1,5;2;3"), ";");
  assert.equal(separatorOf("a\tb\n1\t2"), "\t");
});

test("the mark of UTF-8 and empty lines are not cells", () => {
  assert.deepEqual(parseCsv("\uFEFFa,b\n\n1,2\n"), [["a", "b"], ["1", "2"]]);
});

test("no cell starts a formula", () => {
  for (const value of ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]) {
    assert.doesNotMatch(safeCell(value).replace(/^"/, ""), /^[=+\-@\t\r]/);
  }
});

test("a plain number stays a number", () => {
  for (const value of ["-5", "+84901234567", "36,8", "-0.5"]) {
    assert.equal(safeCell(value).replace(/"/g, ""), value);
  }
});

test("what is written reads back", () => {
  const records = [["dòng", "lý do"], ["12", 'ghi "31/02", sai\nngày']];
  assert.deepEqual(parseCsv(writeCsv(records)), records);
});
