/**
 * What time this device thinks it is, for the server, which corrects what a clock that is hours wrong says.
 *
 * A record that waited was made by the clock as it was then. A phone often gets the right time together with the signal, just
 * before its queue is sent: then the clock by which the record was made has to be told, not the one that sends it. As long
 * as the page is open a clock that nobody can set (`performance.now`) shows what happened; it does not survive a restart and
 * may stand still while the device sleeps. Afterwards only a clock that went backwards is certain.
 */

/** The clocks of a device at one moment, in milliseconds. */
export interface Stamp {
  /** The clock that people see and may set. */
  readonly wall: number;
  /** The clock of the page, which only goes on. */
  readonly steady: number;
  /** The page: another one's steady clock begins elsewhere. */
  readonly page: string;
}

/** Clocks are set by a little all the time; the server believes them within five minutes. */
const SLACK_MS = 60_000;
/** No device sleeps for longer with a page open: the clock was put forward. */
const LONGEST_SLEEP_MS = 7 * 24 * 3_600_000;

const PAGE = `${Date.now()}-${Math.random()}`;

/** The clocks now. */
export function stamp(): Stamp {
  return { wall: Date.now(), steady: performance.now(), page: PAGE };
}

/**
 * What the clock by which a record was made shows now, as nearly as is known: the clock of the device, unless that was put to
 * another time since. `newest` is the latest time of any record that waits: a clock that was put back had come at least so far.
 */
export function clockOf(made: Stamp | undefined, now: Stamp, newest: number): number {
  if (made === undefined) {
    return now.wall;
  }
  if (made.page === now.page) {
    const shows = made.wall + (now.steady - made.steady);
    const jumped = now.wall - shows;
    return jumped < -SLACK_MS || jumped > LONGEST_SLEEP_MS ? shows : now.wall;
  }
  return now.wall < made.wall - SLACK_MS ? Math.max(newest, made.wall) : now.wall;
}

/** A body that says what time this device thinks it is, at the moment of sending. */
export function saysWhenSent<T extends object>(body: T, at: number = Date.now()): T & { readonly sent_at: string } {
  return { ...body, sent_at: new Date(at).toISOString() };
}
