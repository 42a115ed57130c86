import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { flatten, png } from "../icon_png.mjs";

const svg = readFileSync(join(process.cwd(), "icons/app.svg"), "utf8");

/** The colour of a pixel of a picture that `png` wrote. */
function pixel(picture, size, x, y) {
  const at = picture.indexOf("IDAT");
  const rows = inflateSync(picture.subarray(at + 4, at + 4 + picture.readUInt32BE(at - 4)));
  const first = y * (1 + 3 * size) + 1 + 3 * x;
  return [...rows.subarray(first, first + 3)];
}

test("the icon is a picture of its size, opaque to the corners, with the heart in its middle", () => {
  const picture = png(svg, 64);
  assert.deepEqual([...picture.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [64, 64]);
  const ground = [0x0b, 0x56, 0x75];
  assert.deepEqual(pixel(picture, 64, 0, 0), ground);
  assert.deepEqual(pixel(picture, 64, 32, 60), ground);
  assert.deepEqual(pixel(picture, 64, 32, 42), [255, 255, 255], "the heart");
  assert.deepEqual(pixel(picture, 64, 23, 30), ground, "the pulse on it");
});

test("a path is flattened whichever way it is written, and what is not known is refused", () => {
  assert.deepEqual(flatten("M1 2h3v4l-1-2z"), [[[1, 2], [4, 2], [4, 6], [3, 4], [1, 2]]]);
  assert.deepEqual(flatten("m1 2 3 0M9 9H1").map((line) => line.length), [2, 2]);
  assert.deepEqual(flatten("M0 0C0 0 4 4 4 4")[0].at(-1), [4, 4]);
  assert.throws(() => flatten("M0 0A1 1 0 0 1 2 2"), /command A/);
});
