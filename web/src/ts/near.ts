/**
 * Where the phone is, to show a door that somebody stands before it: only where the venue has a position and the owner of the
 * phone ticks a box, rounded to a hundred metres before it leaves the phone. Nobody waits for it: a check-in takes what is
 * known by then.
 */

import { find } from "./dom.ts";
import { recall, remember } from "./storage.ts";

const KEY = "antam.near";

/** As `POST visits` takes it. */
export interface Near {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy_m: number;
}

let last: Near | undefined;

/** A coordinate to three decimals: about a hundred metres. */
export function roughly(degrees: number): number {
  return Math.round(degrees * 1_000) / 1_000;
}

function look(box: HTMLInputElement): void {
  (navigator as Partial<Navigator>).geolocation?.getCurrentPosition(
    ({ coords: { latitude, longitude, accuracy } }) => {
      last = { latitude: roughly(latitude), longitude: roughly(longitude), accuracy_m: Math.ceil(accuracy / 100) * 100 };
    },
    () => (box.checked = false),
    { timeout: 20_000, maximumAge: 60_000 },
  );
}

/** Looks where the phone is, where its owner has ticked the box, today or before. */
export function watchNear(form: HTMLElement): void {
  const box = find<HTMLInputElement>("[data-near]", form);
  if (box === null) {
    return;
  }
  const take = (): void => {
    last = undefined;
    if (box.checked) {
      look(box);
    }
  };
  box.checked = recall(KEY) !== null;
  box.addEventListener("change", () => {
    remember(KEY, box.checked ? "1" : null);
    take();
  });
  take();
}

/** What is known of where the phone is. */
export function near(): Near | undefined {
  return last;
}
