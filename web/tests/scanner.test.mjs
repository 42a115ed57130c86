import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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
  assert.equal(plainlyWrong("HTTPS://AN.TAM.VN/C/7K3M9T2X"), "Đây là mã của địa điểm. Hãy quét mã của người vào.");
  const unread = "Không nhận ra mã này. Hãy quét lại hoặc nhập tên.";
  for (const text of ["https://example.com", "www.example.vn", "example.vn/x", "  ", "hello", "12345", "1|2", "SMSTO:0912:x", `${CARD}|${"x".repeat(3_000)}`]) {
    assert.equal(plainlyWrong(text), unread, text);
  }
  assert.equal(plainlyWrong("Nguyễn ".repeat(350)), unread, "over 3,000 bytes, though not letters");
  assert.equal(plainlyWrong("0912 345 678"), "Nhiều người dùng chung một số điện thoại. Hãy nhập thêm họ tên.");
  assert.equal(plainlyWrong(CARD), null);
  for (const number of ["082090000001", "082 090 000 001", "310000001", "8200000001", "HS4828200000002", "hs 482 820 000 0002"]) {
    assert.equal(plainlyWrong(number), null, "whose it is only the server knows");
  }
});

const MADE = JSON.parse(readFileSync("../../shared/data/vn-areas/id_test_vectors.json", "utf8"));
const VECTORS = [...MADE.cccd_qr, ...MADE.bhyt_qr, ...MADE.pccovid_qr];
// The server refuses three of them (shared/src/scan/tests.rs): an impossible date, an address, and a name of an odd number of digits.
const isRefused = ({ expect }) => "error" in expect || "name_raw" in expect;
const WHOLE = VECTORS.filter((vector) => !isRefused(vector)).map(({ raw }) => raw);
const BHYT = MADE.bhyt_qr[0].raw;
const PC_COVID = MADE.pccovid_qr[1].raw;
const GROUPS = "00000001 16777215 00065536 12345678 07654321 00000000 16000000 01020304";
const PERSONAL = GROUPS.replaceAll(" ", "");

test("no card that the server takes is refused, whatever a scanner puts around it", () => {
  assert.deepEqual([WHOLE.length, VECTORS.length], [10, 13]);
  for (const { raw } of VECTORS.filter(isRefused)) {
    assert.notEqual(plainlyWrong(raw), null, raw);
  }
  for (const raw of WHOLE) {
    const parted = ["\t", ";", " | "].map((mark) => raw.replaceAll("|", mark));
    for (const text of [raw, `\uFEFF${raw}\r\n`, `CCCD: ${raw}`, `]Q1${raw}\0\0`, raw.normalize("NFD"), ...parted]) {
      assert.equal(plainlyWrong(text), null, text);
    }
  }
  assert.equal(plainlyWrong("B1234567|NGUYEN VAN B|1987-01-18|1|Q2|"), null, "a passport");
  assert.equal(plainlyWrong(WHOLE[0].replace("Nam", "N4m")), null, "a keyboard that rewrites letters leaves the digits");
  assert.equal(plainlyWrong("HC1:6BFOXN%TSMAHN-H"), null, "what a certificate holds is the server's to read");
});

test("made-up cards of every shape pass", () => {
  let seed = 20_211_204;
  const upTo = (n) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % n;
  const two = (n) => String(n).padStart(2, "0");
  const names = ["Nguyễn Thị Ánh Tuyết", "LÊ ĐỨC THỌ", "H'Hen Niê", "Y Ức", "Trần Bưởi"];
  for (let n = 0; n < 5_000; n += 1) {
    const [day, month, year, name] = [1 + upTo(28), 1 + upTo(12), 1903 + upTo(119), names[upTo(names.length)]];
    const number = Array.from({ length: 12 }, () => upTo(10)).join("");
    const hex = Buffer.from(name).toString("hex");
    const cards = [
      `${number}|${["", "310000001", "082090000001"][upTo(3)]}|${name}|${two(day)}${two(month)}${year}|${["Nam", "Nữ", ""][upTo(3)]}|Ấp ${n}|${["", "02012022"][upTo(2)]}`,
      `${number.slice(0, 10)}|${hex}|${[`${two(day)}/${two(month)}/${year}`, String(year)][upTo(2)]}|${1 + upTo(2)}|-|82 - 001|01/01/2022|$`,
      `${number}|${name}|${year}-${["**", two(month)][upTo(2)]}-${["**", two(day)][upTo(2)]}|${upTo(2)}|Q${n}|`,
    ];
    for (const card of cards) {
      assert.equal(plainlyWrong(card), null, card);
    }
  }
});

test("half a card, a garbled one and a date that no calendar has are said at once, by name", () => {
  const [cccd] = WHOLE;
  const half = (card) => `Mới đọc được một phần ${card}. Hãy giữ yên và quét lại.`;
  for (const [whole, card, fields] of [[cccd, "căn cước công dân", 5], [BHYT, "thẻ bảo hiểm y tế", 16], [PC_COVID, "mã PC-Covid", 4]]) {
    for (let at = 1; at < whole.length; at += 1) {
      const part = whole.slice(0, at);
      const marks = part.split("|").length - 1;
      if (marks > 2 && marks < fields) {
        assert.ok(plainlyWrong(part)?.includes(card), part);
      }
    }
  }
  assert.equal(plainlyWrong(cccd.split("|").slice(0, 5).join("|")), half("căn cước công dân"));
  assert.equal(plainlyWrong(cccd.replace("082090000001", "08209000001")), "Không nhận ra mã này. Hãy quét lại hoặc nhập tên.");
  assert.equal(plainlyWrong(BHYT.slice(0, -2)), half("thẻ bảo hiểm y tế"));
  const birth = (card) => `Không đọc được ngày sinh trên ${card}. Hãy quét lại, hoặc nhập họ tên và số điện thoại.`;
  for (const wrong of ["19900201", "31021990", "29021900", "0102199"]) {
    assert.equal(plainlyWrong(cccd.replace("01021990", wrong)), birth("căn cước công dân"), wrong);
  }
  assert.equal(plainlyWrong(BHYT.replace("01/02/1990", "02/13/1990")), birth("thẻ bảo hiểm y tế"));
  assert.equal(plainlyWrong(PC_COVID.replace("1990-02-01", "1990-18-01")), birth("mã PC-Covid"));
  assert.ok(plainlyWrong(cccd.replace("Nguyễn Văn A", "12"))?.includes("họ tên"));
  assert.ok(plainlyWrong(BHYT.replace("4e677579", "4e67757"))?.includes("họ tên"), "an odd number of digits");
  const garbled = "Máy quét đọc sai chữ Việt. Hãy đặt máy quét sang UTF-8 hoặc tắt bộ gõ, rồi quét lại.";
  assert.equal(plainlyWrong(Buffer.from(cccd).toString("latin1")), garbled);
  assert.equal(plainlyWrong(cccd.replace("Nguyễn", "Nguyá»…n").replace("Văn", "VÄƒn").replace(/Ấp.*Giang/, "X")), garbled);
  assert.equal(plainlyWrong(cccd.replace("ễ", "\uFFFD")), garbled);
});

test("our personal code is read by its digits, and one that was misread is said so", () => {
  const misread = "Mã cá nhân bị đọc sai. Hãy quét lại.";
  for (const text of [PERSONAL, `HTTPS://AN.TAM.VN/P/${PERSONAL}`, `https;//ântm.vn/p/${PERSONAL}\r`, `P/${PERSONAL}`]) {
    assert.equal(plainlyWrong(text), null, text);
  }
  for (const digits of [PERSONAL.slice(1), PERSONAL.slice(0, 60), `${PERSONAL}0`, PERSONAL.replace("16777215", "16777216"), PERSONAL.replace("12345678", "99999999")]) {
    assert.equal(plainlyWrong(`HTTPS://AN.TAM.VN/P/${digits}`), misread, digits);
    assert.equal(plainlyWrong(digits), misread, digits);
  }
});

test("a card is let in as scanned, not verified, and our own code as verified", () => {
  const visit = { status: "accepted", reasons: [] };
  const visitor = { full_name: "Nguyễn Thị Ánh", birth_year: 1990 };
  const card = judgeScan({ visit, verified: false, visitor, warnings: [] });
  assert.deepEqual(card, { level: "go", word: "Mời vào", name: "Nguyễn Thị Ánh · 1990", reason: "Thẻ được quét, chưa được xác minh." });
  assert.equal(judgeScan({ visit, verified: true, visitor, warnings: [] }).reason, "");
  const number = judgeScan({ visit, verified: false, visitor: { full_name: null, birth_year: null }, warnings: [] });
  assert.equal(number.name, "", "a number shows no name");
  globalThis.document.documentElement.lang = "en";
  assert.equal(judgeScan({ visit, verified: false, visitor, warnings: [] }).reason, "The card was scanned, not verified.");
  assert.equal(plainlyWrong(WHOLE[0].replace("01021990", "19900201")), "On the identity card (CCCD), the birth date cannot be right. Scan again, or type name and phone.");
  globalThis.document.documentElement.lang = "vi";
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
