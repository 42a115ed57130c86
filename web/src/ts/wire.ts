/** How the queue speaks to the server: one request, one answer, and what that says of the records. */

import { clockOf, saysWhenSent, stamp } from "./clock.ts";
import type { Attempt, Kept, Line, Outcome } from "./queue.ts";

/** What the server takes at once (contract). */
export const BATCH = 500;
/** How long one attempt may take before the network counts as gone. */
const PATIENCE_MS = 30_000;

/** An answer: its status and its JSON, and how long a server that is busy asks to wait. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly after_ms?: number;
}

/** What an HTTP status says of an attempt, where it is not a success. */
export function failure(status: number, detail: string, after_ms?: number): Attempt {
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return after_ms === undefined ? { kind: "later" } : { kind: "later", after_ms };
  }
  return status === 401 || status === 403 ? { kind: "sign_in" } : { kind: "refused", detail };
}

/** Sends JSON and reads JSON, for pages and the service worker alike; no answer is `null`. */
export async function post(
  path: string,
  body: unknown,
  token?: string,
  patienceMs = PATIENCE_MS,
): Promise<Answer | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patienceMs);
  try {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    // A service worker has no page: its browser says which language its owner reads.
    if (typeof document !== "undefined") {
      headers["Accept-Language"] = document.documentElement.lang;
    }
    if (token !== undefined) {
      headers["Authorization"] = `Bearer ${token}`;
    }
    const init = { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin", signal: stop.signal } as const;
    const response = await fetch(path, init);
    // RFC 9110, 10.2.3: seconds; a date is no use to a device whose clock may be wrong.
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    const answer = { status: response.status, body: (await response.json().catch(() => null)) as unknown };
    return Number.isFinite(seconds) ? { ...answer, after_ms: seconds * 1_000 } : answer;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** The detail of a problem (RFC 9457), with those of its fields. */
export function detailOf(body: unknown): string {
  const problem = (body ?? {}) as { detail?: string; title?: string; errors?: readonly { detail: string }[] };
  const fields = (problem.errors ?? []).map((error) => error.detail).join(". ");
  return fields !== "" ? fields : (problem.detail ?? problem.title ?? "");
}

/** The records of a batch, each with the clock by which it was made where that is no longer the device's. */
function withClocks(records: readonly Kept<object>[]): object {
  const now = stamp();
  const newest = Math.max(...records.map(({ made }) => made?.wall ?? 0));
  return records.map(({ body, made }) => {
    const clock = clockOf(made, now, newest);
    return clock === now.wall ? body : saysWhenSent(body, clock);
  });
}

/**
 * A line whose records are sent as `{[field]: [...]}` to a path that answers `{results: [{id, status, errors}]}`. `timed`: their
 * times are corrected by the device's clock, which is told with the batch.
 */
export function batchLine<T extends object>(name: string, path: string, field: string, timed = false): Line<T> {
  return {
    name,
    batch: BATCH,
    send: async (records) => {
      const batch = timed ? saysWhenSent({ [field]: withClocks(records) }) : { [field]: records.map(({ body }) => body) };
      const answer = await post(path, batch);
      if (answer === null) {
        return { kind: "later" };
      }
      const results = (answer.body as { results?: readonly Outcome[] } | null)?.results;
      if (answer.status === 200 && results !== undefined) {
        return { kind: "answered", results };
      }
      // A success that is none: a network's sign-in page answers 200 to everything.
      return answer.status < 400 ? { kind: "later" } : failure(answer.status, detailOf(answer.body), answer.after_ms);
    },
  };
}
