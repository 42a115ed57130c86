import assert from "node:assert/strict";
import { test } from "node:test";
import { uuidv7From } from "../src/ts/uuid.ts";

test("the example of RFC 9562, appendix A.6, comes out", () => {
  const random = new Uint8Array([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  assert.equal(uuidv7From(0x017f22e279b0, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("version and variant are set whatever the random bytes are", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const id = uuidv7From(1_700_000_000_000, new Uint8Array(10).fill(byte));
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
