/** Keeps sending what waits: when the page opens, when the signal comes back, when something is kept, and again and again. */

import { type Flushed, flush, type Line, onQueueChange, tally } from "./queue.ts";

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

/** What the screen is told after each attempt. */
export type Sending = { readonly signIn: boolean; readonly online: boolean };

/** Sends the lines in their order, for as long as the page lives. */
export function keepSending(lines: readonly Line<never>[], told: (state: Sending) => void = () => undefined): () => void {
  let retry = FIRST_RETRY_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let going = false;
  let again = false;

  const go = async (): Promise<void> => {
    if (going) {
      again = true;
      return;
    }
    going = true;
    clearTimeout(timer);
    let worst: Flushed = "empty";
    try {
      for (const line of navigator.onLine ? lines : []) {
        const ended = await flush(line);
        if (ended !== "empty") {
          worst = ended;
          break;
        }
      }
    } catch {
      worst = "later";
    }
    going = false;
    const left = await waitingIn(lines);
    told({ signIn: worst === "sign_in", online: navigator.onLine && worst !== "later" });
    if (left === 0) {
      retry = FIRST_RETRY_MS;
    } else {
      timer = setTimeout(() => void go(), again ? 50 : retry);
      retry = again ? retry : Math.min(retry * 2, LAST_RETRY_MS);
      void wakeLater();
    }
    again = false;
  };

  const now = (): void => {
    retry = FIRST_RETRY_MS;
    void go();
  };
  addEventListener("online", now);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      now();
    }
  });
  onQueueChange(() => told({ signIn: false, online: navigator.onLine }));
  now();
  return now;
}

async function waitingIn(lines: readonly Line<never>[]): Promise<number> {
  try {
    const tallies = await Promise.all(lines.map((line) => tally(line)));
    return tallies.reduce((sum, { waiting }) => sum + waiting, 0);
  } catch {
    return 0;
  }
}

/** Asks the browser to wake the service worker when there is a signal (Background Sync, where there is one). */
async function wakeLater(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    const sync = (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
    await sync?.register("antam.queue");
  } catch {
    // No background sync here: the page sends when it is opened.
  }
}

/** Asks the browser not to throw the database away when the disk is full. */
export async function askToKeep(): Promise<void> {
  try {
    await navigator.storage?.persist?.();
  } catch {
    // It was asked; the queue works all the same.
  }
}
