/**
 * The offline queue: what a device did with no signal, kept in the browser's database until the server has answered for each.
 *
 * The ids are made on the device, so that sending twice stores once: a batch whose answer was lost is simply sent again. Nothing
 * leaves the queue before the server has said what became of it. A record that the server refuses never holds back the
 * others: the batch is halved until the one at fault stands alone. No document is needed: the service worker sends as well.
 */

import { type Stamp, stamp } from "./clock.ts";
import { result, transact } from "./idb.ts";
import { uuidv7From } from "./uuid.ts";

/** Nobody holds a record for longer; a clock that was put back does not hold it for hours. */
const LONGEST_HOLD_MS = 60_000;
/** A server that asks for more patience is asked again all the same. */
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A check-out comes within the day: which visit another id means need not be known for longer. */
const ALIAS_MS = 2 * 24 * 3_600_000;

/** A record of the queue. */
export interface Kept<T = unknown> {
  readonly id: string;
  readonly queue: string;
  readonly order: number;
  readonly body: T;
  /** `rejected`: the server said no, with a reason; shown until somebody has read it. */
  readonly state: "waiting" | "rejected";
  readonly reason?: string;
  /** Milliseconds; not sent by the queue before, since somebody else is just sending it. */
  readonly held_until?: number;
  /** The clocks of the device when it was kept. */
  readonly made?: Stamp;
}

/** What became of one record. */
export interface Outcome {
  readonly id: string;
  readonly status: "accepted" | "duplicate" | "rejected";
  readonly errors?: readonly { readonly detail: string }[];
  readonly device_token?: string;
  /** The visit that is stored, where that is another than the one sent: who scans twice within a minute has one. */
  readonly visit_id?: string;
}

/** What became of an attempt: answers, or why there are none. */
export type Attempt =
  | { readonly kind: "answered"; readonly results: readonly Outcome[] }
  | { readonly kind: "later"; readonly after_ms?: number }
  | { readonly kind: "sign_in" }
  | { readonly kind: "refused"; readonly detail: string };

/** A queue by name, and how its records are sent. */
export interface Line<T = unknown> {
  readonly name: string;
  readonly batch: number;
  /** Its records are of the phone's owner, whose token an answer may bring. */
  readonly own?: true;
  readonly send: (records: readonly Kept<T>[]) => Promise<Attempt>;
}

/** What a queue holds, for the screen. */
export interface Tally {
  readonly waiting: number;
  readonly rejected: number;
  /** Sent and answered today, on this device. */
  readonly sent: number;
}

/** How a flush ended. */
export type Flushed = "empty" | "later" | "sign_in" | "busy";

const changes = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("antam.queue");
const listeners = new Set<() => void>();
// In Node, where the tests run, an open channel would keep the process alive.
(changes as { unref?: () => void } | null)?.unref?.();
changes?.addEventListener("message", () => listeners.forEach((listener) => listener()));

/** Calls `listener` whenever a queue has changed, in this tab or another, until what it answers is called. */
export function onQueueChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed(): void {
  listeners.forEach((listener) => listener());
  changes?.postMessage("changed");
}

function today(): string {
  return new Date().toLocaleDateString("en-CA", { timeZone: "Asia/Ho_Chi_Minh" });
}

function ofLine(name: string, state: Kept["state"]): IDBKeyRange {
  return IDBKeyRange.bound([name, state], [name, state, []]);
}

let last = 0;

/** Grows with every record, also within a millisecond and when the clock is put back. */
function next(): number {
  last = Math.max(last + 1 / 1024, Date.now());
  return last;
}

/** Keeps a record; when this resolves it is on the disk. `holdMs` keeps the queue from sending it for so long. */
export async function keep<T>(line: Line<T>, id: string, body: T, holdMs = 0): Promise<void> {
  const made = stamp();
  const record: Kept<T> = { id, queue: line.name, order: next(), body, state: "waiting", held_until: made.wall + holdMs, made };
  await new Promise<void>((resolve, reject) => {
    unwritten.push({ record, resolve, reject });
    void write();
  });
}

let unwritten: { readonly record: Kept; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
let writing = false;

/** Whatever comes while the disk is busy is written together in the next transaction: a burst does not queue for it. */
async function write(): Promise<void> {
  if (writing) {
    return;
  }
  writing = true;
  while (unwritten.length > 0) {
    const group = unwritten;
    unwritten = [];
    try {
      await transact("readwrite", (outbox) => Promise.all(group.map(({ record }) => result(outbox.put(record)))));
      group.forEach(({ resolve }) => resolve());
      changed();
    } catch (error) {
      group.forEach(({ reject }) => reject(error));
    }
  }
  writing = false;
}

/** Lets the queue send a record that was held. */
export async function release(id: string): Promise<void> {
  await transact("readwrite", async (outbox) => {
    const record: Kept | undefined = await result(outbox.get(id));
    if (record !== undefined) {
      await result(outbox.put({ ...record, held_until: 0 }));
    }
  });
  changed();
}

/** The records of a line that wait, oldest first. */
export function waiting<T>(line: Line<T>, limit?: number): Promise<Kept<T>[]> {
  return transact("readonly", (outbox) => result(outbox.index("line").getAll(ofLine(line.name, "waiting"), limit)));
}

/** The records of a line that the server refused. */
export function rejected<T>(line: Line<T>): Promise<Kept<T>[]> {
  return transact("readonly", (outbox) => result(outbox.index("line").getAll(ofLine(line.name, "rejected"))));
}

/** Forgets a record: somebody has read why it was refused, or the server has answered in another way. */
export async function forget(id: string): Promise<void> {
  await transact("readwrite", (outbox) => result(outbox.delete(id)));
  changed();
}

/** How much waits, was refused and was sent today. */
export function tally(line: Line<never> | Line): Promise<Tally> {
  return transact("readonly", async (outbox, notes) => {
    const index = outbox.index("line");
    const [waits, refused, sent] = await Promise.all([
      result(index.count(ofLine(line.name, "waiting"))),
      result(index.count(ofLine(line.name, "rejected"))),
      result<number | undefined>(notes.get(`sent:${line.name}:${today()}`)),
    ]);
    return { waiting: waits, rejected: refused, sent: sent ?? 0 };
  });
}

/** Enters what the server answered: done records leave, refused ones stay with their reason, the count grows; all or nothing. */
export async function settle(line: { readonly name: string; readonly own?: true }, outcomes: readonly Outcome[]): Promise<number> {
  const gone = await transact("readwrite", async (outbox, notes) => {
    let settled = 0;
    let sent = 0;
    for (const outcome of outcomes) {
      const record: Kept | undefined = await result(outbox.get(outcome.id));
      if (record === undefined || record.state !== "waiting") {
        continue;
      }
      settled += 1;
      if (outcome.status === "rejected") {
        const reason = outcome.errors?.map((error) => error.detail).join(". ") ?? "";
        await result(outbox.put({ ...record, state: "rejected", reason }));
      } else {
        sent += 1;
        await result(outbox.delete(outcome.id));
      }
      if (line.own && outcome.device_token) {
        await result(notes.put(outcome.device_token, "device_token"));
      }
      if (line.own && outcome.visit_id !== undefined && outcome.visit_id !== outcome.id) {
        await result(notes.put(outcome.visit_id, `${ALIAS}${outcome.id}`));
      }
    }
    const key = `sent:${line.name}:${today()}`;
    const before = await result<number | undefined>(notes.get(key));
    if (before === undefined) {
      // The counts of other days have said what they had to say.
      await result(notes.delete(IDBKeyRange.bound(`sent:${line.name}:`, `sent:${line.name};`, false, true)));
      const old = uuidv7From(Date.now() - ALIAS_MS, new Uint8Array(10));
      await result(notes.delete(IDBKeyRange.bound(ALIAS, `${ALIAS}${old}`)));
    }
    await result(notes.put((before ?? 0) + sent, key));
    return settled;
  });
  changed();
  return gone;
}

const ALIAS = "visit:";

/** The visit that the server has stored for one that this device sent under `id`. */
export async function storedVisit(id: string): Promise<string> {
  return (await note(`${ALIAS}${id}`)) ?? id;
}

/** A small thing that the device remembers beside the queue. */
export function note(key: string): Promise<string | undefined> {
  return transact("readonly", (_, notes) => result<string | undefined>(notes.get(key)));
}

/** Remembers it; `undefined` forgets it. */
export function setNote(key: string, value: string | undefined): Promise<unknown> {
  return transact<unknown>("readwrite", (_, notes) =>
    value === undefined ? result(notes.delete(key)) : result(notes.put(value, key)),
  );
}

const running = new Set<string>();
/** Until when a server has asked a line to wait, by the clock that nobody sets. */
const paused = new Map<string, number>();

/** Whether somebody is just sending a record. */
function isHeld(record: Kept): boolean {
  const left = (record.held_until ?? 0) - Date.now();
  return left > 0 && left <= LONGEST_HOLD_MS;
}

/** Sends what waits until nothing does or the server cannot be had. Only one tab sends a line at a time. */
export async function flush<T>(line: Line<T>): Promise<Flushed> {
  if (running.has(line.name)) {
    return "busy";
  }
  running.add(line.name);
  try {
    const locks = (navigator as Partial<Navigator>).locks;
    if (locks === undefined) {
      return await empty(line);
    }
    return await locks.request(`antam.queue.${line.name}`, { ifAvailable: true }, (lock) =>
      lock === null ? "busy" : empty(line),
    );
  } finally {
    running.delete(line.name);
  }
}

async function empty<T>(line: Line<T>): Promise<Flushed> {
  let size = line.batch;
  if (performance.now() < (paused.get(line.name) ?? 0)) {
    return "later";
  }
  for (;;) {
    const all = await waiting(line, line.batch);
    const free = all.filter((record) => !isHeld(record));
    if (free.length === 0) {
      return all.length === 0 ? "empty" : "later";
    }
    const records = free.slice(0, size);
    const attempt = await line.send(records);
    if (attempt.kind === "later" && attempt.after_ms !== undefined) {
      paused.set(line.name, performance.now() + Math.min(attempt.after_ms, LONGEST_PAUSE_MS));
    }
    if (attempt.kind === "later" || attempt.kind === "sign_in") {
      return attempt.kind;
    }
    if (attempt.kind === "answered") {
      if ((await settle(line, attempt.results)) === 0) {
        return "later";
      }
      size = line.batch;
    } else if (records.length > 1) {
      size = Math.ceil(records.length / 2);
    } else {
      const refused = records.map(({ id }) => ({ id, status: "rejected" as const, errors: [{ detail: attempt.detail }] }));
      await settle(line, refused);
      size = line.batch;
    }
  }
}
