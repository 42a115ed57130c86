import assert from "node:assert/strict";
import { test } from "node:test";
import { relative, secondsSince, stopwatch } from "../src/ts/relative_time.ts";

globalThis.document = { documentElement: { lang: "vi" } };

test("times are said as a person says them", () => {
  assert.equal(relative(20), "vừa xong");
  assert.equal(relative(12 * 60 + 30), "12 phút trước");
  assert.equal(relative(3 * 3600), "3 giờ trước");
  assert.equal(relative(-30 * 60), "sau 30 phút");
});

test("a stopwatch shows hours only where there are any", () => {
  assert.equal(stopwatch(247), "04:07");
  assert.equal(stopwatch(3847), "1:04:07");
  assert.equal(stopwatch(-5), "00:00");
});

test("a text that is no time has no age", () => {
  assert.equal(secondsSince("soon"), null);
  assert.equal(secondsSince("2022-02-24T01:00:00Z", Date.parse("2022-02-24T01:00:05Z")), 5);
});
