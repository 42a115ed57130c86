import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import "fake-indexeddb/auto";
import { LEAVINGS, SCANS, VISITS } from "../src/ts/lines.ts";
import { flush, forget, keep, rejected, setNote, tally } from "../src/ts/queue.ts";

// A page's addresses begin with a slash; here they need a host.
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
const real = globalThis.fetch;
const HOUR = 3_600_000;

/** What the server was asked, and what it answers next. */
let asked = [];
let answer = () => ({});
let server;

before(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      const one = { path: request.url, body: JSON.parse(text), at: performance.timeOrigin + performance.now(), token: request.headers.authorization };
      asked.push(one);
      const { status = 200, headers = {}, body = {} } = answer(one, asked.length);
      response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `http://127.0.0.1:${server.address().port}`;
  globalThis.fetch = (path, init) => real(`${host}${path}`, init);
});
after(() => {
  globalThis.fetch = real;
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const taken = ({ body }) => ({
  body: { results: (body.scans ?? body.visits).map(({ id }) => ({ id, status: "accepted", errors: [], visit_id: id })) },
});
const id = (n) => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, "0")}`;
const scan = (n, at) => ({ id: id(n), venue_id: id(0), text: `08209000${n}`, at: new Date(at).toISOString() });
const visit = (n, at) => ({ id: id(n), venue_code: "4WT59M5Y", at: new Date(at).toISOString(), visitor: { device_token: "t" } });
/** Runs `work` by a clock that is so far ahead. */
async function byAClock(ahead, work) {
  const clock = Date.now;
  Date.now = () => clock() + ahead;
  try {
    return await work();
  } finally {
    Date.now = clock;
  }
}

test("the scans of a day with no signal are sent in their order, with the time of each", async () => {
  const begin = Date.now() - 24 * HOUR;
  const all = Array.from({ length: 1_200 }, (_, n) => scan(n, begin + n * 72_000));
  for (const one of all) {
    await byAClock(Date.parse(one.at) - Date.now(), () => keep(SCANS, one.id, one));
  }
  answer = taken;
  assert.equal(await flush(SCANS), "empty");
  assert.deepEqual(asked.map(({ body }) => body.scans.length), [500, 500, 200]);
  assert.deepEqual(asked.flatMap(({ body }) => body.scans), all, "as they were kept: the clock was right all day");
  for (const { body, at } of asked) {
    assert.ok(Math.abs(Date.parse(body.sent_at) - at) < 5_000, "the clock at the moment of sending");
  }
  assert.deepEqual(await tally(SCANS), { waiting: 0, rejected: 0, sent: 1_200 });
});

test("a server that asks for patience is left alone for so long, loses nothing and is asked again", async () => {
  for (let n = 0; n < 600; n += 1) {
    await keep(SCANS, id(n), scan(n, Date.now()));
  }
  answer = (one, times) => (times === 2 ? { status: 429, headers: { "Retry-After": "1" }, body: { title: "busy" } } : taken(one));
  assert.equal(await flush(SCANS), "later");
  assert.equal((await tally(SCANS)).waiting, 100);
  assert.equal(await flush(SCANS), "later");
  assert.equal(asked.length, 2, "a second has not passed");
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  assert.equal(await flush(SCANS), "empty");
  assert.deepEqual(asked[2].body.scans, asked[1].body.scans);
  assert.equal((await tally(SCANS)).waiting, 0);
  assert.equal((await rejected(SCANS)).length, 0);
});

test("a clock that was put right before the queue is sent is told as it was when the record was made", async () => {
  answer = taken;
  const now = Date.now();
  await byAClock(3 * HOUR, () => keep(VISITS, id(1), visit(1, now + 3 * HOUR)));
  await keep(VISITS, id(2), visit(2, now));
  assert.equal(await flush(VISITS), "empty");
  const [wrong, right] = asked[0].body.visits;
  const off = Date.parse(wrong.sent_at) - asked[0].at;
  assert.ok(Math.abs(off - 3 * HOUR) < 5_000, `${off}`);
  assert.equal(right.sent_at, undefined, "the batch says it");
  assert.ok(Math.abs(Date.parse(asked[0].body.sent_at) - asked[0].at) < 5_000);
});

test("a clock that goes on being wrong is told with the batch, and the bodies stay as they were", async () => {
  answer = taken;
  const body = visit(3, Date.now() - 3 * HOUR);
  await byAClock(-3 * HOUR, async () => {
    await keep(VISITS, body.id, body);
    assert.equal(await flush(VISITS), "empty");
  });
  assert.deepEqual(asked[0].body.visits, [body]);
  assert.ok(Math.abs(Date.parse(asked[0].body.sent_at) - asked[0].at + 3 * HOUR) < 5_000);
});

test("who tapped twice within the minute leaves by the visit that is stored", async () => {
  await setNote("device_token", "token-of-the-phone");
  await keep(VISITS, id(11), visit(11, Date.now()));
  await keep(VISITS, id(12), visit(12, Date.now()));
  await keep(LEAVINGS, `out:${id(12)}`, { id: id(12), at: new Date().toISOString() });
  answer = () => ({
    body: { results: [{ id: id(11), status: "accepted", visit_id: id(11) }, { id: id(12), status: "duplicate", visit_id: id(11) }] },
  });
  assert.equal(await flush(VISITS), "empty");
  answer = () => ({ body: {} });
  assert.equal(await flush(LEAVINGS), "empty");
  assert.equal(asked[1].path, `/api/v1/checkin/visits/${id(11)}/checkout`);
  assert.equal(asked[1].token, "Bearer token-of-the-phone");
  assert.ok(Math.abs(Date.parse(asked[1].body.sent_at) - asked[1].at) < 5_000);
});

test("a check-out that the server refuses stays with its reason until somebody has read it", async () => {
  await keep(LEAVINGS, "out:x", { id: id(99), at: new Date().toISOString() });
  answer = () => ({ status: 404, body: { title: "Không có", detail: "Không có lượt vào này." } });
  assert.equal(await flush(LEAVINGS), "empty");
  const [refused] = await rejected(LEAVINGS);
  assert.deepEqual([refused.id, refused.reason], ["out:x", "Không có lượt vào này."]);
  await forget("out:x");
  assert.equal((await tally(LEAVINGS)).rejected, 0);
});

test("what was held when the clock was put back is not held for hours", async () => {
  answer = taken;
  await byAClock(3 * HOUR, () => keep(VISITS, id(21), visit(21, Date.now()), 35_000));
  assert.equal(await flush(VISITS), "empty");
  assert.equal(asked.length, 1);
});
