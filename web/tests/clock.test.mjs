import assert from "node:assert/strict";
import test from "node:test";
import { clockOf, saysWhenSent } from "../src/ts/clock.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2022-03-10T05:00:00Z");
const at = (wall, steady, page = "one") => ({ wall, steady, page });

test("a clock that nobody has set is told as it is, right or wrong", () => {
  const made = at(NOON, 1_000);
  assert.equal(clockOf(made, at(NOON + 600_000, 601_000), NOON), NOON + 600_000);
  assert.equal(clockOf(undefined, at(NOON, 1_000), 0), NOON, "a record of an older version");
});

test("a clock that was put back with the page open still tells when the record was made", () => {
  // Three hours fast when it was kept; the network put it right ten minutes later.
  const made = at(NOON + 3 * HOUR, 1_000);
  const shows = clockOf(made, at(NOON + 600_000, 601_000), made.wall);
  assert.equal(shows, NOON + 3 * HOUR + 600_000);
  // The server's rule: what it was, corrected by how far that clock is off.
  assert.equal(made.wall + (NOON + 600_000 - shows), NOON);
});

test("a phone that lost its date tells it, and one that slept is believed", () => {
  const reset = at(Date.parse("2020-01-01T00:00:00Z"), 1_000);
  assert.equal(clockOf(reset, at(NOON, 61_000), reset.wall), reset.wall + 60_000);
  const slept = at(NOON, 1_000);
  assert.equal(clockOf(slept, at(NOON + 8 * HOUR, 61_000), NOON), NOON + 8 * HOUR, "its steady clock stood still");
});

test("after a restart a time that has not come yet was made by a clock that was put back", () => {
  const [first, last] = [at(NOON + 2 * HOUR, 1_000, "before"), at(NOON + 3 * HOUR, 90_000, "before")];
  const now = at(NOON + 30_000, 500);
  // The newest is taken as just now, and the others keep their distance to it.
  assert.equal(clockOf(last, now, last.wall), last.wall);
  assert.equal(clockOf(first, now, last.wall), last.wall);
  const earlier = at(NOON - HOUR, 1_000, "before");
  assert.equal(clockOf(earlier, now, NOON - HOUR), now.wall, "nothing speaks against it");
});

test("what is sent says when, and stays what it is", () => {
  assert.deepEqual(saysWhenSent({ at: "x" }, NOON), { at: "x", sent_at: "2022-03-10T05:00:00.000Z" });
});
