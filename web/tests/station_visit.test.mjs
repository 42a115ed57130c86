import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf, recordsOf } from "../src/ts/station_visit.ts";

const NOW = new Date("2022-03-10T01:00:00Z");
const number = (name, text, low, high) => ({ name, text, low, high });
const entry = (more) => ({ numbers: [], onOxygen: false, symptoms: null, test: "", call: "", note: "", ...more });

function made(given) {
  let n = 0;
  return recordsOf(entry(given), "case", "Hoa", NOW, () => `id-${(n += 1)}`);
}

test("a number is read with a comma and with a point, and nothing else is one", () => {
  assert.equal(numberOf("37,5"), 37.5);
  assert.equal(numberOf("37.5"), 37.5);
  assert.equal(numberOf("97"), 97);
  for (const text of ["", "9x", "-3", "1e2", "1000"]) {
    assert.equal(numberOf(text), null, text);
  }
});

test("a visit makes a report, a test and a call, each with an id of its own", () => {
  const { records } = made({ numbers: [number("spo2_pct", "97", 50, 100)], symptoms: ["cough"], test: "not_detected", call: "reached", note: "khỏe" });
  assert.deepEqual(records.map(({ id, kind, case_id }) => [id, kind, case_id]), [
    ["id-1", "report", "case"],
    ["id-2", "test", "case"],
    ["id-3", "call", "case"],
  ]);
  assert.equal(records[0].spo2_pct, "97");
  assert.equal(records[0].at, "2022-03-10T01:00:00.000Z");
  assert.deepEqual(records[0].symptoms, ["cough"]);
  assert.equal("on_oxygen" in records[0], false);
});

test("what was not asked is not sent, and asked and none is an empty list", () => {
  assert.equal("symptoms" in made({ numbers: [number("pulse", "80", 20, 250)] }).records[0], false);
  assert.deepEqual(made({ symptoms: [] }).records[0].symptoms, []);
});

test("an impossible number and an empty entry are told before anything is kept", () => {
  assert.deepEqual(made({ numbers: [number("spo2_pct", "101", 50, 100)] }), { wrong: "spo2_pct", low: 50, high: 100 });
  assert.deepEqual(made({ numbers: [number("temperature_c", "98.6", 30, 45)] }), { wrong: "temperature_c", low: 30, high: 45 });
  assert.deepEqual(made({ numbers: [number("spo2_pct", "", 50, 100)], note: "x" }), { wrong: "spo2_pct" });
});
