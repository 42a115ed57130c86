import assert from "node:assert/strict";
import { test } from "node:test";
import { afterKey } from "../src/ts/number_pad.ts";

test("keys write a number with one comma, and back takes the last away", () => {
  const typed = ["3", "6", ",", ",", "8", "5", "back"].reduce((value, key) => afterKey(value, key, 5), "");
  assert.equal(typed, "36,8");
});

test("a number does not begin with a comma and does not grow beyond its field", () => {
  assert.equal(afterKey("", ",", 5), "");
  assert.equal(afterKey("100", "1", 3), "100");
});
