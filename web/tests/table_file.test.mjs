import assert from "node:assert/strict";
import { test } from "node:test";
import { readTable } from "../src/ts/table_file.ts";

const CSV = "Mã xét nghiệm;Kết quả\r\nA1;âm tính\r\n";

function utf16(text) {
  const units = Uint16Array.from("\uFEFF" + text, (letter) => letter.charCodeAt(0));
  return new Blob([units]);
}

test("a table is read whatever it is called and however it is written", async () => {
  const table = { header: ["Mã xét nghiệm", "Kết quả"], records: [["A1", "âm tính"]] };
  for (const file of [new Blob([CSV]), new Blob(["\uFEFF" + CSV]), utf16(CSV), new File([CSV], "results.hl7")]) {
    assert.deepEqual(await readTable(file), table);
  }
  assert.deepEqual((await readTable(new Blob([Uint8Array.of(0x4d, 0xe3, 0x0a, 0x41, 0x31)])))?.header, ["Mă"], "windows-1258");
});

test("a workbook, a message, a document and what is no text are no table, whatever they are called", async () => {
  const message = "MSH|^~\\&|LIS\rPID|1\r";
  for (const content of ["PK\u0003\u0004", message, "\uFEFF" + message, "\v" + message, ' {"resourceType": "Bundle"}', "[{}]", "a\0b,c"]) {
    assert.equal(await readTable(new File([content], "results.csv")), null, JSON.stringify(content));
  }
  assert.equal(await readTable(new Blob([Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0)])), null);
  assert.equal(await readTable(new Blob([new Uint8Array(8_000_001)])), null, "too large to show");
  assert.equal(await readTable(new Blob([""])), null);
});
