import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "fake-indexeddb/auto";
import { flush, forget, keep, note, rejected, release, settle, tally, waiting } from "../src/ts/queue.ts";
import { failure } from "../src/ts/wire.ts";

// Node has no page around it: a locks manager would need one.
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

let n = 0;
/** A line with a queue of its own, and what its server was sent. */
function line(send, batch = 500) {
  n += 1;
  const sent = [];
  return {
    name: `line-${n}`,
    batch,
    sent,
    send: async (records) => {
      sent.push(records.map((record) => record.id));
      return send(records, sent.length);
    },
  };
}
const id = (at) => `${n}-${at}`;
const accepted = (records) => ({ kind: "answered", results: records.map(({ id }) => ({ id, status: "accepted" })) });

beforeEach(() => {
  n += 1;
});

test("five thousand scans are sent in batches of five hundred, oldest first, each once", async () => {
  const door = line(accepted);
  for (let at = 0; at < 5_000; at += 1) {
    await keep(door, id(at), { at });
  }
  assert.deepEqual(await tally(door), { waiting: 5_000, rejected: 0, sent: 0 });
  assert.equal(await flush(door), "empty");
  assert.deepEqual(door.sent.map((batch) => batch.length), Array(10).fill(500));
  assert.deepEqual(door.sent.flat(), Array.from({ length: 5_000 }, (_, at) => id(at)));
  assert.deepEqual(await tally(door), { waiting: 0, rejected: 0, sent: 5_000 });
});

test("what the server did not answer for stays, and is sent again under the same id", async () => {
  const stored = new Set();
  // The second batch is stored, but its answer is a 500.
  const door = line((records, attempt) => {
    const results = records.map(({ id }) => ({ id, status: stored.has(id) ? "duplicate" : "accepted" }));
    records.forEach((record) => stored.add(record.id));
    return attempt === 2 ? failure(500, "") : { kind: "answered", results };
  }, 10);
  for (let at = 0; at < 25; at += 1) {
    await keep(door, id(at), { at });
  }
  assert.equal(await flush(door), "later");
  assert.deepEqual(await tally(door), { waiting: 15, rejected: 0, sent: 10 });
  assert.equal(await flush(door), "empty");
  assert.deepEqual(await tally(door), { waiting: 0, rejected: 0, sent: 25 });
  assert.equal(stored.size, 25);
});

test("a batch that the server will not read is halved until the record at fault stands alone", async () => {
  const door = line((records) =>
    records.some((record) => record.id === id(7)) ? failure(400, "cannot be read") : accepted(records),
  );
  for (let at = 0; at < 16; at += 1) {
    await keep(door, id(at), { at });
  }
  assert.equal(await flush(door), "empty");
  assert.deepEqual(await tally(door), { waiting: 0, rejected: 1, sent: 15 });
  const [refused] = await rejected(door);
  assert.deepEqual([refused.id, refused.reason], [id(7), "cannot be read"]);
  await forget(refused.id);
  assert.equal((await tally(door)).rejected, 0);
});

test("a refused record keeps its reason and holds back nobody", async () => {
  const errors = [{ detail: "Ngày sinh sai" }];
  const door = line((records) => ({
    kind: "answered",
    results: records.map(({ id: each }) => (each === id(1) ? { id: each, status: "rejected", errors } : { id: each, status: "duplicate" })),
  }));
  for (let at = 0; at < 3; at += 1) {
    await keep(door, id(at), { at });
  }
  assert.equal(await flush(door), "empty");
  assert.deepEqual(await tally(door), { waiting: 0, rejected: 1, sent: 2 });
  assert.equal((await rejected(door))[0].reason, "Ngày sinh sai");
});

test("who is signed out loses nothing", async () => {
  const door = line(() => failure(401, ""));
  await keep(door, id(0), {});
  assert.equal(await flush(door), "sign_in");
  assert.equal((await tally(door)).waiting, 1);
});

test("what the page is sending itself is left alone until it is released", async () => {
  const door = line(accepted);
  await keep(door, id(0), {}, 60_000);
  assert.equal(await flush(door), "later");
  assert.equal(door.sent.length, 0);
  await release(id(0));
  assert.equal(await flush(door), "empty");
  assert.equal(door.sent.length, 1);
});

test("an answer counts once, however often it comes", async () => {
  const door = line(accepted);
  await keep(door, id(0), {});
  assert.equal(await settle(door, [{ id: id(0), status: "accepted" }]), 1);
  assert.equal(await settle(door, [{ id: id(0), status: "duplicate" }]), 0);
  assert.equal((await tally(door)).sent, 1);
});

test("a server that answers for nobody is asked later, not for ever", async () => {
  const door = line(() => ({ kind: "answered", results: [] }));
  await keep(door, id(0), {});
  assert.equal(await flush(door), "later");
  assert.equal(door.sent.length, 1);
});

test("a token in an answer is the phone's own only where the records are", async () => {
  const result = (records) => ({ kind: "answered", results: records.map(({ id }) => ({ id, status: "accepted", device_token: "t" })) });
  const door = line(result);
  await keep(door, id(0), {});
  await flush(door);
  assert.equal(await note("device_token"), undefined);
  const own = { ...line(result), own: true };
  await keep(own, id(0), {});
  await flush(own);
  assert.equal(await note("device_token"), "t");
});

test("waiting records come in the order in which they were kept, whatever the clock does", async () => {
  const door = line(accepted);
  const clock = Date.now;
  await keep(door, id(0), {});
  Date.now = () => clock() - 3_600_000;
  await keep(door, id(1), {});
  Date.now = clock;
  assert.deepEqual((await waiting(door)).map((record) => record.id), [id(0), id(1)]);
});
