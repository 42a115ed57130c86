/**
 * A health station's phone: what is recorded at a patient's door is on the disk before it is sent. The page itself, one
 * commune's patients, is kept by the service worker; it says how old it is, what waits and what was sent.
 */

import { announce, toast } from "./announce.ts";
import { element, find, findAll, icon } from "./dom.ts";
import { STATION, type StationRecord } from "./lines.ts";
import { registerWorker } from "./pwa.ts";
import { OF_DEVICE } from "./offline_pages.ts";
import { forget, keep, type Kept, onQueueChange, rejected, tally, waiting } from "./queue.ts";
import { askToKeep, keepSending } from "./sending.ts";
import { type Entry, recordsOf } from "./station_visit.ts";
import { sayStation } from "./station_words.ts";
import { uuidv7 } from "./uuid.ts";
import { clockTime, figure, say } from "./words.ts";

function nameOf(caseId: string): string {
  const card = findAll("[data-patient]").find((one) => one.dataset["patient"] === caseId);
  return (card === undefined ? null : find("[data-name]", card))?.textContent?.trim() ?? "";
}

/** What is said on the cards of a patient: recorded and waiting, or sent. */
const sentFor = new Set<string>();
let waitedFor = new Set<string>();

function showCards(records: readonly Kept<StationRecord>[]): void {
  const newest = new Map<string, number>();
  for (const record of records) {
    const key = record.body.case_id ?? record.body.act_id ?? "";
    newest.set(key, Math.max(newest.get(key) ?? 0, record.order));
  }
  waitedFor.forEach((key) => {
    if (!newest.has(key)) {
      sentFor.add(key);
    }
  });
  waitedFor = new Set(newest.keys());
  for (const place of findAll("[data-kept]")) {
    const key = place.dataset["kept"] ?? "";
    const at = newest.get(key);
    place.hidden = at === undefined && !sentFor.has(key);
    place.dataset["state"] = at === undefined ? "sent" : "waiting";
    if (at !== undefined) {
      place.replaceChildren(icon("wifi-off"), ` ${sayStation("stationKept", { time: clockTime(new Date(at)) })}`);
    } else if (!place.hidden) {
      place.replaceChildren(icon("check"), ` ${sayStation("stationSent")}`);
    }
  }
}

async function show(): Promise<void> {
  const { waiting: waits, sent } = await tally(STATION);
  const place = find("[data-queue]");
  if (place !== null) {
    place.dataset["waiting"] = String(waits);
    place.dataset["sent"] = String(sent);
    const text = sayStation("stationQueue", { waiting: figure(waits), sent: figure(sent) });
    place.replaceChildren(icon(waits === 0 ? "check" : "wifi-off"), ` ${text}`);
    if (waits === 0 && sentFor.size > 0) {
      const again = element("a", "", sayStation("stationAgain"));
      again.href = location.pathname + location.search;
      place.append(" ", again);
    }
  }
  showCards(await waiting(STATION));
  const refused = await rejected(STATION);
  const rows = refused.map((record) => {
    const button = element("button", "button button-small button-quiet", say("close"));
    button.type = "button";
    button.addEventListener("click", () => void forget(record.id));
    const who = record.body.who ?? nameOf(record.body.case_id ?? "");
    const text = sayStation("stationRefused", { who, time: clockTime(new Date(record.order)), why: record.reason ?? "" });
    return element("li", "notice notice-error", icon("alert"), element("p", "", text), button);
  });
  find("[data-refused]")?.replaceChildren(...rows);
}

/** Sends what waits. */
let sendNow = (): void => undefined;

/** Keeps records and sends them where there is a signal; whether the device took them. */
async function keepAll(records: readonly StationRecord[]): Promise<boolean> {
  try {
    for (const record of records) {
      await keep(STATION, record.id, record);
    }
    sendNow();
    return true;
  } catch {
    toast(sayStation("stationBroken"), "error");
    return false;
  }
}

function entryOf(form: HTMLFormElement): Entry {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "").trim();
  const numbers = findAll<HTMLInputElement>("input[data-low]", form).map((input) => ({
    name: input.name,
    text: input.value.trim(),
    low: Number(input.dataset["low"]),
    high: Number(input.dataset["high"]),
  }));
  const symptoms = data.getAll("symptoms").map(String);
  return {
    numbers,
    onOxygen: data.has("on_oxygen"),
    symptoms: symptoms.length > 0 ? symptoms : data.has("no_symptoms") ? [] : null,
    test: text("test"),
    call: text("call"),
    note: text("note"),
  };
}

function showWrong(form: HTMLFormElement, name: string, message: string): void {
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) {
    toast(message, "error");
    return;
  }
  const told = element("p", "field-error", message);
  told.id = `${name}-error`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", told.id);
  field.closest(".field")?.classList.add("field-invalid");
  field.parentElement?.before(told);
  field.focus();
}

function clear(form: HTMLFormElement): void {
  findAll(".field-error", form).forEach((shown) => shown.remove());
  findAll(".field-invalid", form).forEach((field) => field.classList.remove("field-invalid"));
  findAll("[aria-invalid]", form).forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
}

function listen(): void {
  const dialog = find<HTMLDialogElement>("#visit");
  const form = find<HTMLFormElement>("form[data-visit]");
  if (dialog === null || form === null) {
    return;
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("button[data-case]") : null;
    if (button !== null) {
      form.reset();
      clear(form);
      form.dataset["case"] = button.dataset["case"] ?? "";
      const name = find("[data-visit-name]", form);
      if (name !== null) {
        name.textContent = nameOf(form.dataset["case"]);
      }
      dialog.showModal();
    }
  });
  find("[data-visit-close]", form)?.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clear(form);
    const caseId = form.dataset["case"] ?? "";
    const made = recordsOf(entryOf(form), caseId, nameOf(caseId), new Date(), uuidv7);
    if ("wrong" in made) {
      showWrong(form, made.wrong, made.low === undefined ? sayStation("stationEmpty") : sayStation("stationRange", { low: made.low, high: made.high ?? "" }));
      return;
    }
    void keepAll(made.records).then((kept) => {
      if (kept) {
        dialog.close();
        announce(sayStation("stationKeptNow"));
      }
    });
  });
  // A bag is handed out on the device first: the signal may be gone at the door.
  document.addEventListener(
    "submit",
    (event) => {
      const handed = event.target;
      if (!(handed instanceof HTMLFormElement) || handed.dataset["handOut"] === undefined) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const act_id = handed.dataset["handOut"];
      const who = handed.dataset["who"] ?? "";
      void keepAll([{ id: uuidv7(), kind: "hand_out", act_id, who }]).then((kept) => {
        if (kept) {
          const told = element("p", "small todo-kept", icon("check"), ` ${sayStation("stationHandedOut")}`);
          told.setAttribute("role", "status");
          handed.replaceWith(told);
        }
      });
    },
    true,
  );
}

const root = find("[data-station]");
if (root !== null) {
  listen();
  registerWorker();
  void askToKeep();
  onQueueChange(() => void show());
  void show();
  const stale = find("[data-stale]");
  const signIn = find("[data-sign-in]");
  let ofDevice = document.documentElement.hasAttribute(OF_DEVICE);
  addEventListener("online", () => {
    ofDevice = false;
  });
  sendNow = keepSending([STATION], (state) => {
    if (stale !== null) {
      stale.hidden = state.online && (!ofDevice || sentFor.size > 0);
    }
    if (signIn !== null && state.online) {
      signIn.hidden = !state.signIn;
    }
  });
}
