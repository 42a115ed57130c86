import assert from "node:assert/strict";
import test from "node:test";
import { Once } from "../src/ts/camera.ts";
import { textOf } from "../src/ts/decode.ts";
import { mended } from "../src/ts/reader.ts";
import { codeOfPoster, judgeScan, plainlyWrong } from "../src/ts/scan_answer.ts";
import { Burst } from "../src/ts/wedge.ts";

globalThis.document = { documentElement: { lang: "vi" } };
const CARD = "001090123456|012345678|Nguyễn Thị Ánh|01011990|Nữ|Ấp 3, xã Mỹ Phong|15042021";

test("the bytes of a card are Vietnamese, whatever the code says of itself", () => {
  assert.equal(textOf(new TextEncoder().encode(CARD)), CARD);
  assert.equal(textOf(Uint8Array.of(0x41, 0xff, 0x42)), "A\u00ffB", "what is not UTF-8 is taken byte by byte");
});

test("a detector's wrong letters are turned back, and what it lost is read again by zxing", () => {
  const asLatin = Array.from(new TextEncoder().encode(CARD), (byte) => String.fromCharCode(byte)).join("");
  assert.equal(mended(asLatin), CARD);
  assert.equal(mended(CARD), CARD);
  assert.equal(mended("HTTPS://AN.TAM/C/7K3M9T2X"), "HTTPS://AN.TAM/C/7K3M9T2X");
  assert.equal(mended(""), null);
  assert.equal(mended("Nguy\uFFFDn"), null);
  assert.equal(mended("Mü"), "Mü", "Latin-1 that is no UTF-8 is what it says");
});

test("a code is told once while it is held up, and again when it comes back", () => {
  const once = new Once(3_000);
  assert.deepEqual([once.isNew("a", 0), once.isNew("a", 2_000), once.isNew("a", 4_000), once.isNew("b", 4_100)], [true, false, false, true]);
  assert.equal(once.isNew("a", 4_200), true);
  assert.equal(once.isNew("a", 8_000), true, "it was away for longer than three seconds");
});

test("a hand scanner types a burst; a person does not", () => {
  const type = (text, gap) => {
    const burst = new Burst();
    let at = 0;
    return [...text, "Enter"].map((key) => burst.key(key, (at += gap))).pop();
  };
  assert.equal(type(CARD, 8), CARD);
  assert.equal(type("nguyen van a", 150), null);
  assert.equal(type("abc", 8), null);
  const burst = new Burst();
  ["x", "Shift", ..."ATQR|12345"].forEach((key, at) => burst.key(key, at * 5));
  assert.equal(burst.key("Enter", 70), "xATQR|12345");
});

test("a poster names its place in any spelling", () => {
  assert.equal(codeOfPoster("HTTPS://AN.TAM.VN/C/7K3M9T2X"), "7K3M9T2X");
  assert.equal(codeOfPoster(" http://127.0.0.1:8080/c/7k3m9t2x?lang=en "), "7K3M9T2X");
  assert.equal(codeOfPoster("HTTPS://AN.TAM.VN/C/7K3M9T2X/4WT59M5Y"), "7K3M9T2X/4WT59M5Y", "a screen's");
  assert.equal(codeOfPoster("HTTPS://AN.TAM.VN/C/7K3M9T2X/4WT59M5Y/9"), null);
  assert.equal(codeOfPoster("https://example.com/d/7K3M9T2X"), null);
  assert.equal(codeOfPoster(CARD), null);
});

test("who is scanned on the way out is told goodbye, in words of the door", () => {
  const left = judgeScan({ visit: { status: "accepted", checked_out_at: "2022-03-10T10:00:00Z" }, visitor: { full_name: "Lan", birth_year: 1990 } });
  assert.deepEqual(left, { level: "go", word: "Đã ra", name: "Lan · 1990", reason: "" });
});

test("what no server is needed to refuse is refused at once", () => {
  assert.equal(plainlyWrong("HTTPS://AN.TAM.VN/C/7K3M9T2X"), "doorPoster");
  assert.equal(plainlyWrong("https://example.com"), "doorUnread");
  assert.equal(plainlyWrong("  "), "doorUnread");
  assert.equal(plainlyWrong("x".repeat(10_001)), "doorUnread");
  assert.equal(plainlyWrong(CARD), null);
  assert.equal(plainlyWrong(`HTTPS://AN.TAM.VN/P/${"7".repeat(64)}`), null, "our personal QR is an address");
});

test("the door's answer is a colour, a word and a line", () => {
  const visitor = { full_name: "Nguyễn Thị Ánh", birth_year: 1990 };
  const go = judgeScan({ visit: { status: "accepted", reasons: [] }, verified: true, visitor, warnings: [] });
  assert.deepEqual(go, { level: "go", word: "Mời vào", name: "Nguyễn Thị Ánh · 1990", reason: "" });
  const look = judgeScan({ visit: { status: "accepted", reasons: [] }, visitor, warnings: [{ detail: "Năm sinh không khớp" }] });
  assert.deepEqual([look.level, look.reason], ["look", "Năm sinh không khớp"]);
  const stop = judgeScan({ visit: { status: "refused", reasons: ["Cần khai báo y tế"] }, visitor, warnings: [] });
  assert.deepEqual([stop.level, stop.reason], ["stop", "Cần khai báo y tế"]);
  assert.equal(judgeScan({ status: "accepted", reasons: [] }).level, "go", "the answer of POST visits");
});
