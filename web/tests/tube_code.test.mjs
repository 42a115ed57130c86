import assert from "node:assert/strict";
import { test } from "node:test";
import { add, EMPTY, isIdentityNumber, isOfPerson, nameOf, personalEnd, scan } from "../src/ts/sampling_hand.ts";
import { codeOf, misreadOf, readCode, readRanges } from "../src/ts/tube_code.ts";

const FIRST = 2 ** 34;
const RANGES = [{ first: FIRST, size: 50 }];

test("a code is what the server makes of the number", () => {
  assert.deepEqual([0, 1, 2].map((n) => codeOf(FIRST + n)), ["G0000007", "G0000015", "G0000023"]);
  assert.equal(readCode("g000-oo07"), FIRST);
  assert.equal(readCode("G0000008"), null);
});

test("any one misread character of a range is caught, a kit's number is not", () => {
  const code = codeOf(FIRST + 7);
  for (let place = 0; place < 8; place += 1) {
    const misread = code.slice(0, place) + (code[place] === "7" ? "9" : "7") + code.slice(place + 1);
    assert.notEqual(misreadOf(misread, RANGES), null, misread);
  }
  for (const kit of ["KIT-2022-000481", "12345678", "100004162", "TUBE0001"]) {
    assert.equal(misreadOf(kit, RANGES), null, kit);
  }
  assert.deepEqual(readRanges("17179869184:50,,x:1"), [{ first: FIRST, size: 50 }]);
});

test("the tube goes first, then people, and each only once", () => {
  const card = "082190001234|310123456|Nguyễn Thị Ẩm|01021990|Nữ|Ấp 3, Tân Phú|25072021";
  assert.equal(scan(EMPTY, card, RANGES).step, "tube_first");
  let { hand, step } = scan(EMPTY, codeOf(FIRST), RANGES);
  assert.equal(step, "tube");
  ({ hand, step } = scan(hand, "KIT-9", RANGES));
  assert.deepEqual([step, hand.kit], ["kit", "KIT-9"]);
  ({ hand, step } = scan(hand, card, RANGES));
  assert.deepEqual([step, nameOf(hand.people[0])], ["person", "Nguyễn Thị Ẩm"]);
  assert.equal(scan(hand, card, RANGES).step, "same");
  for (let n = 0; n < 9; n += 1) {
    ({ hand, step } = add(hand, { full_name: `Lê ${n}` }));
    assert.equal(step, "person");
  }
  assert.equal(add(hand, { full_name: "Mười một" }).step, "full");
  assert.equal(scan(hand, "https://example.org", RANGES).step, "link");
  assert.ok(isOfPerson("082190001234") && isOfPerson("DN4828012345678") && !isOfPerson("100004162"));
});

test("the name of every card is shown, not the field beside it", () => {
  const names = {
    "082190001234|310123456|Nguyễn Thị Ẩm|01021990|Nữ|Ấp 3, Tân Phú|25072021": "Nguyễn Thị Ẩm",
    "082190001234||Trần Văn Bình|18011985|Nam|Ấp 3, Tân Phú|25072021": "Trần Văn Bình",
    "082090005678|TRAN VAN BINH|1990-01-18|0|162979388586171100|": "TRAN VAN BINH",
    "8200009876|4e677579e1bb856e2056c4836e2042c6b0e1bb9f69|01/02/1990|1|-|82 - 001|01/01/2022|-|05/01/2022|0|-|4|$": "Nguyễn Văn Bưởi",
    "082190001234": "082190001234",
  };
  for (const [scanned, name] of Object.entries(names)) {
    assert.equal(nameOf({ scanned }), name);
  }
  assert.equal(nameOf({ full_name: "Lý Thị Ba" }), "Lý Thị Ba");
});

test("a tube that is done is not begun again, and the next tube's label is no kit's code", () => {
  const [first, second] = [codeOf(FIRST), codeOf(FIRST + 1)];
  const taken = [first, "KIT-1"];
  for (const done of taken) {
    assert.deepEqual(scan(EMPTY, done, RANGES, taken), { hand: EMPTY, step: "taken" });
    assert.equal(scan({ ...EMPTY, barcode: second }, done, RANGES, taken).step, "taken");
  }
  assert.equal(scan({ ...EMPTY, barcode: second }, codeOf(FIRST + 2), RANGES).step, "other_tube");
  assert.equal(scan({ ...EMPTY, barcode: "KIT-2", kit: second }, codeOf(FIRST + 2), RANGES).step, "other_tube");
  assert.equal(scan({ ...EMPTY, barcode: "KIT-2" }, second, RANGES).step, "kit", "the label may come after the kit's own code");
  assert.equal(scan({ ...EMPTY, barcode: second }, codeOf(FIRST + 99), RANGES).step, "kit", "not of these ranges");
});

test("twelve digits of a kit are no identity number", () => {
  for (const number of ["082190001234", "079050000123", "001222000001", "101090000001"]) {
    assert.ok(isIdentityNumber(number, 2022), number);
  }
  // No province, no country, born in 2045, 122 years old, ten digits more or less.
  for (const kit of ["003090000001", "296090000001", "012345678905", "036000291452", "8934567890123", "07905000012"]) {
    assert.ok(!isIdentityNumber(kit, 2022), kit);
  }
  let { hand, step } = scan({ ...EMPTY, barcode: "T-1" }, "012345678905", RANGES);
  assert.deepEqual([step, hand.kit, hand.people], ["kit", "012345678905", []]);
});

test("our personal QR is a person, by the end of its digits, and a tube's code or another address is none", () => {
  const digits = "1".repeat(60) + "0427";
  for (const text of [`HTTPS://ANTAM.EXAMPLE/P/${digits}`, `https://antam.example/p/${digits} `, digits]) {
    assert.equal(personalEnd(text), "0427");
    assert.ok(isOfPerson(text));
    const { hand, step } = scan({ ...EMPTY, barcode: "T-1" }, text, RANGES);
    assert.deepEqual([step, hand.people], ["person", [{ scanned: text.trim() }]]);
  }
  for (const text of ["", "100004162", `${digits}1`, `https://antam.example/c/${digits}`, "082190001234"]) {
    assert.equal(personalEnd(text), null);
  }
});
