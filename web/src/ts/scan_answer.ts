/** What a scan means at the door: a colour, one word, one line. */

import { faultOf } from "./scan_shape.ts";
import { sayScan } from "./scan_words.ts";

/** `kept`: there was no signal, the scan is on this device. */
export interface DoorAnswer {
  readonly level: "go" | "look" | "stop" | "kept";
  readonly word: string;
  readonly name: string;
  readonly reason: string;
}

interface Spoken {
  readonly detail?: string;
}

interface Answered {
  readonly visit?: {
    readonly status?: string;
    readonly reasons?: readonly (string | Spoken)[];
    readonly door?: string;
    readonly checked_out_at?: string | null;
  };
  readonly status?: string;
  readonly door?: string;
  readonly reasons?: readonly (string | Spoken)[];
  readonly visitor?: { readonly full_name?: string | null; readonly birth_year?: number | null };
  readonly warnings?: readonly Spoken[];
  readonly verified?: boolean;
}

function spoken(reasons: readonly (string | Spoken)[] | undefined): string {
  const texts = (reasons ?? []).map((reason) => (typeof reason === "string" ? reason : (reason.detail ?? "")));
  return texts.filter((text) => text !== "").join(". ");
}

/** The answer of `POST scans`, or of `POST visits` where a name was typed. */
export function judgeScan(body: unknown): DoorAnswer {
  const answer = (body ?? {}) as Answered;
  const visit = answer.visit ?? answer;
  const { full_name, birth_year } = answer.visitor ?? {};
  const name = [full_name, birth_year].filter((part) => part !== null && part !== undefined).join(" · ");
  const reasons = spoken(visit.reasons);
  if (visit.status === "refused") {
    return { level: "stop", word: sayScan("doorStop"), name, reason: reasons };
  }
  if (answer.visit?.checked_out_at) {
    return { level: "go", word: sayScan("doorOut"), name, reason: "" };
  }
  const warnings = spoken(answer.warnings);
  if (visit.door === "amber" || warnings !== "" || reasons !== "") {
    return { level: "look", word: sayScan("doorLook"), name, reason: [reasons, warnings].filter((text) => text !== "").join(". ") };
  }
  return { level: "go", word: sayScan("doorGo"), name, reason: answer.verified === false ? sayScan("doorUnverified") : "" };
}

/**
 * The code of a place in what a poster's QR holds: `HTTPS://HOST/C/CODE`, in any spelling; and with it what a screen showed that
 * changes, as the page's address has it: `CODE/LIVE`.
 */
export function codeOfPoster(text: string): string | null {
  const path = /^https?:\/\/[^/?#]+\/c\/([0-9a-z-]+(?:\/[0-9a-z]+)?)\/?(?:[?#].*)?$/i.exec(text.trim());
  return path?.[1]?.toUpperCase() ?? null;
}

const OTHER = { personal: "doorPersonal", garbled: "doorGarbled", phone: "doorPhone", unread: "doorUnread" } as const;

/** One line for the door on what no server is needed to refuse; everything else the server judges, also later. */
export function plainlyWrong(text: string): string | null {
  if (codeOfPoster(text) !== null) {
    return sayScan("doorPoster");
  }
  const fault = faultOf(text);
  if (fault === null) {
    return null;
  }
  switch (fault.fault) {
    case "half":
      return sayScan("doorHalf", { card: sayScan(fault.card) });
    case "field":
      return sayScan("doorField", { card: sayScan(fault.card), field: sayScan(fault.field) });
    default:
      return sayScan(OTHER[fault.fault]);
  }
}
