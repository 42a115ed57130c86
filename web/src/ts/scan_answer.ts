/** What a scan means at the door: a colour, one word, one line. */

import { say } from "./words.ts";

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
    return { level: "stop", word: say("doorStop"), name, reason: reasons };
  }
  if (answer.visit?.checked_out_at) {
    return { level: "go", word: say("doorOut"), name, reason: "" };
  }
  const warnings = spoken(answer.warnings);
  if (visit.door === "amber" || warnings !== "" || reasons !== "") {
    return { level: "look", word: say("doorLook"), name, reason: [reasons, warnings].filter((text) => text !== "").join(". ") };
  }
  return { level: "go", word: say("doorGo"), name, reason: answer.verified === false ? say("doorUnverified") : "" };
}

/**
 * The code of a place in what a poster's QR holds: `HTTPS://HOST/C/CODE`, in any spelling; and with it what a screen showed that
 * changes, as the page's address has it: `CODE/LIVE`.
 */
export function codeOfPoster(text: string): string | null {
  const path = /^https?:\/\/[^/?#]+\/c\/([0-9a-z-]+(?:\/[0-9a-z]+)?)\/?(?:[?#].*)?$/i.exec(text.trim());
  return path?.[1]?.toUpperCase() ?? null;
}

/** What no server is needed to refuse; everything else the server judges, also later. */
export function plainlyWrong(text: string): "doorPoster" | "doorUnread" | null {
  if (codeOfPoster(text) !== null) {
    return "doorPoster";
  }
  const trimmed = text.trim();
  // The only address that names a person is that of our personal QR, which ends in its digits.
  const isOtherLink = /^https?:/i.test(trimmed) && !/\/p\/[0-9]+$/i.test(trimmed);
  return trimmed.length < 6 || trimmed.length > 10_000 || isOtherLink ? "doorUnread" : null;
}
