/** The bar of a visitor's page: what waits on this phone, what was sent from it, and what the server would not take. */

import { element, find, icon } from "./dom.ts";
import { LEAVINGS, PAPER, VISITS } from "./lines.ts";
import { forget, onQueueChange, rejected, tally } from "./queue.ts";
import { figure, say } from "./words.ts";

/** What waits on this phone and what was sent from it, always in sight. */
export async function showQueue(): Promise<void> {
  const bar = find("[data-queue]");
  if (bar === null) {
    return;
  }
  const [visits, others, leavings, refusedVisits, refusedOthers, refusedLeavings] = await Promise.all([
    tally(VISITS),
    tally(PAPER),
    tally(LEAVINGS),
    rejected(VISITS),
    rejected(PAPER),
    rejected(LEAVINGS),
  ]);
  const comings = [...refusedVisits, ...refusedOthers];
  const refused = [...comings, ...refusedLeavings];
  const waits = visits.waiting + others.waiting + leavings.waiting;
  bar.dataset["state"] = refused.length > 0 ? "rejected" : waits > 0 ? "waiting" : "sent";
  bar.dataset["waiting"] = String(waits);
  bar.dataset["sent"] = String(visits.sent);
  bar.dataset["refused"] = String(refused.length);
  bar.hidden = waits === 0 && visits.sent === 0 && refused.length === 0;
  const parts: (Node | string)[] = [];
  if (waits > 0) {
    parts.push(element("span", "", icon("wifi-off"), say("queueWaiting", { n: figure(waits) })));
  }
  if (refused.length > 0) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button button-bare button-small";
    close.textContent = say("close");
    close.addEventListener("click", () => void Promise.all(refused.map((record) => forget(record.id))));
    const said = comings.length > 0 ? [say("queueRejected", { n: figure(comings.length) })] : [];
    said.push(...(refusedLeavings.length > 0 ? [say("leavingRejected")] : []));
    said.push(...new Set(refused.map((record) => record.reason ?? "")));
    parts.push(element("span", "", icon("alert"), said.join(" ")), close);
  }
  if (parts.length === 0) {
    parts.push(icon("check"), say("queueSent", { n: figure(visits.sent) }));
  }
  bar.replaceChildren(...parts);
}

/** Says of a check-out that the screen called done what the server has said against it. */
export function watchLeaving(id: string, put: (word: string, note: string) => void): void {
  const stop = onQueueChange(() => {
    void rejected(LEAVINGS).then((records) => {
      const refused = records.find((record) => record.id === id);
      if (refused !== undefined) {
        stop();
        put(say("leavingRejected"), refused.reason ?? "");
      }
    });
  });
}
