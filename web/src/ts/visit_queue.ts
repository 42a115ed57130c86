/** Visits that were made with no signal: kept on the phone, sent together when there is one. Their ids make that safe. */

import { toast } from "./announce.ts";
import { postJson } from "./api.ts";
import { recallJson, remember } from "./storage.ts";
import { figure, say } from "./words.ts";

const KEY = "antam.visits.queue";
/** What the server takes at once. */
const BATCH = 500;

/** A visit as `POST /api/v1/checkin/visits` takes it. */
export interface Visit {
  readonly id: string;
  readonly venue_code: string;
  readonly at: string;
  readonly visitor: { readonly device_token: string } | { readonly full_name: string; readonly phone: string };
  readonly party?: readonly { readonly full_name: string }[];
}

interface BatchAnswer {
  readonly results: readonly { readonly id: string; readonly status: "accepted" | "duplicate" | "rejected" }[];
}

function isVisits(value: unknown): value is Visit[] {
  return Array.isArray(value);
}

/** The visits that wait, oldest first. */
export function waitingVisits(): Visit[] {
  return recallJson(KEY, [], isVisits);
}

/** Keeps a visit for later; answers whether this phone could keep it. */
export function keepVisit(visit: Visit): boolean {
  return remember(KEY, JSON.stringify([...waitingVisits(), visit]));
}

function forget(ids: ReadonlySet<string>): void {
  const left = waitingVisits().filter((visit) => !ids.has(visit.id));
  remember(KEY, left.length === 0 ? null : JSON.stringify(left));
}

/** Sends what waits. Answered visits leave the queue; with no answer they stay. */
export async function flushVisits(): Promise<void> {
  const visits = waitingVisits().slice(0, BATCH);
  if (visits.length === 0 || !navigator.onLine) {
    return;
  }
  const answer = await postJson<BatchAnswer>("/api/v1/checkin/visits/batch", { visits }).catch(() => null);
  if (answer === null) {
    return;
  }
  forget(new Set(answer.results.map((result) => result.id)));
  const rejected = answer.results.filter((result) => result.status === "rejected").length;
  if (rejected > 0) {
    toast(say("queueRejected", { n: figure(rejected) }), "error");
  }
  document.dispatchEvent(new CustomEvent("antam:visits"));
}

/** Sends what waits now, and whenever the signal comes back. */
export function flushWhenOnline(): void {
  addEventListener("online", () => void flushVisits());
  void flushVisits();
}
