/** The pages that work with no signal once they were opened on this device. The service worker keeps them, `/offline` lists them. */

/** The pages that work with no signal; the others are told of as unreachable. */
export const WORKS_OFFLINE = /^\/(?:c\/[^/]+(?:\/[^/]+)?|venue\/[^/]+\/(?:scan|kiosk)|scan|sampling(?:\/.*)?|station)$/i;

/** What the root of a page says that the device had kept: the network did not answer for it. */
export const OF_DEVICE = "data-of-device";

/** Where the service worker keeps the pages that were opened here. */
export const SEEN = "antam-pages";

/** What a page is for, in the order in which they are listed: whoever works at a door waits least. */
const KINDS = [
  ["scanner", /^\/venue\/[^/]+\/scan$/i],
  ["kiosk", /^\/venue\/[^/]+\/kiosk$/i],
  ["station", /^\/station$/i],
  ["sampling", /^\/sampling(?:\/.*)?$/i],
  ["posters", /^\/scan$/i],
  ["door", /^\/c\//i],
] as const;

/** A phone that has been to many places lists the last of them. */
const DOORS = 10;

/** A page that opens with no signal. */
export interface OfflinePage {
  readonly href: string;
  readonly kind: (typeof KINDS)[number][0];
  /** Its heading: the name of the place, at a door. */
  readonly name: string;
}

/** What of the kept is a page that works, those first that staff need; `kept` is in the order in which it was kept. */
export function pagesOf(kept: readonly { readonly path: string; readonly name: string }[]): OfflinePage[] {
  return KINDS.flatMap(([kind, pattern]) => {
    const pages = kept.filter(({ path }) => WORKS_OFFLINE.test(path) && pattern.test(path));
    return (kind === "door" ? pages.reverse().slice(0, DOORS) : pages).map(({ path, name }) => ({ href: path, kind, name }));
  });
}
