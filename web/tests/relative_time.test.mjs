import assert from "node:assert/strict";
import { test } from "node:test";
import { relative, secondsSince, stretch } from "../src/ts/relative_time.ts";

globalThis.document = { documentElement: { lang: "vi" } };

test("times are said as a person says them", () => {
  assert.equal(relative(20), "vừa xong");
  assert.equal(relative(12 * 60 + 30), "12 phút trước");
  assert.equal(relative(3 * 3600), "3 giờ trước");
  assert.equal(relative(-30 * 60), "sau 30 phút");
});

test("a wait is said in its two largest units", () => {
  assert.equal(stretch(-5), "dưới 1 phút");
  assert.equal(stretch(247), "4 phút");
  assert.equal(stretch(3847), "1 giờ 4 phút");
  assert.equal(stretch(183_600), "2 ngày 3 giờ");
});

test("a text that is no time has no age", () => {
  assert.equal(secondsSince("soon"), null);
  assert.equal(secondsSince("2022-02-24T01:00:00Z", Date.parse("2022-02-24T01:00:05Z")), 5);
});
