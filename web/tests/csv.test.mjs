import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv, separatorOf } from "../src/ts/csv.ts";

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
