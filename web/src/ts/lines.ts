/** The queues of check-in: visits of the phone's owner and of people on paper, check-outs, and scans at a door. */

import { clockOf, saysWhenSent, stamp } from "./clock.ts";
import type { Near } from "./near.ts";
import { type Line, note, storedVisit } from "./queue.ts";
import { batchLine, detailOf, failure, post } from "./wire.ts";

/** What somebody declares of their health. */
export interface Declaration {
  readonly symptoms: readonly string[];
  readonly contact_with_case: boolean;
  readonly travel: readonly string[];
}

/** A visit as `POST /api/v1/checkin/visits` takes it. */
export interface Visit {
  readonly id: string;
  readonly venue_code: string;
  readonly at: string;
  readonly visitor: { readonly device_token: string } | { readonly full_name: string; readonly phone: string };
  readonly party?: readonly { readonly full_name: string }[];
  readonly declaration?: Declaration;
  /** What the screen at the door showed. */
  readonly live?: string;
  readonly position?: Near;
}

/** A scan as `POST /api/v1/checkin/scans` takes it. */
export interface Scan {
  readonly id: string;
  readonly venue_id: string;
  readonly text: string;
  readonly at: string;
  /** The visitor leaves. */
  readonly leaving?: true;
}

/** A check-out; `id` is the visit's. */
export interface Leaving {
  readonly id: string;
  readonly at: string;
}

/** The visits of the phone's owner. */
export const VISITS: Line<Visit> = { ...batchLine<Visit>("visits", "/api/v1/checkin/visits/batch", "visits", true), own: true };

/** The visits of people whose name and phone the staff of a door typed. */
export const PAPER: Line<Visit> = batchLine<Visit>("paper", "/api/v1/checkin/visits/batch", "visits", true);

export const SCANS: Line<Scan> = batchLine<Scan>("scans", "/api/v1/checkin/scans/batch", "scans", true);

/** Goes after the visits: one cannot leave before having come. */
export const LEAVINGS: Line<Leaving> = {
  name: "leavings",
  batch: 1,
  send: async (records) => {
    const record = records[0];
    if (record === undefined) {
      return { kind: "answered", results: [] };
    }
    const { id, at } = record.body;
    const [token, visit] = await Promise.all([note("device_token"), storedVisit(id)]);
    const clock = clockOf(record.made, stamp(), record.made?.wall ?? 0);
    const answer = await post(`/api/v1/checkin/visits/${visit}/checkout`, saysWhenSent({ at }, clock), token);
    if (answer === null) {
      return { kind: "later" };
    }
    // 409: checked out before, on another phone or by the venue's staff.
    if (answer.status === 200 || answer.status === 409) {
      return { kind: "answered", results: [{ id: record.id, status: answer.status === 200 ? "accepted" : "duplicate" }] };
    }
    const attempt = failure(answer.status, detailOf(answer.body), answer.after_ms);
    // A phone cannot sign in: what its token may not end stays as it is.
    return attempt.kind === "sign_in" ? { kind: "refused", detail: detailOf(answer.body) } : attempt;
  },
};

/** A tube and whoever's swabs are in it, as `POST /api/v1/lab/samplings` takes it. */
export interface Sampling {
  readonly id: string;
  readonly barcode: string;
  readonly kit_barcode?: string;
  readonly people: readonly object[];
  readonly collected_at: string;
}

/** The tubes of a sampling team. */
export const SAMPLINGS: Line<Sampling> = batchLine<Sampling>("samplings", "/api/v1/lab/samplings/batch", "samplings");

/** Something recorded at a patient's door, as `POST /api/v1/f0/station/batch` takes it. */
export interface StationRecord {
  readonly id: string;
  readonly kind: "report" | "test" | "call" | "hand_out";
  readonly case_id?: string;
  readonly act_id?: string;
  /** The patient's name, for this device alone. */
  readonly who?: string;
}

const STATION_BATCH = batchLine<StationRecord>("station", "/api/v1/f0/station/batch", "records");

/** What a health station recorded. Its server judges each record by a use-case of its own, so a batch is small. */
export const STATION: Line<StationRecord> = {
  ...STATION_BATCH,
  batch: 50,
  send: (records) => STATION_BATCH.send(records.map(({ body: { who: _, ...body }, ...record }) => ({ ...record, body }))),
};

/** All of them, in the order in which they are sent. */
export const LINES: readonly Line<never>[] = [VISITS, PAPER, SCANS, LEAVINGS, SAMPLINGS, STATION];
