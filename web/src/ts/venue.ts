/** The page of venues: how many are inside stays fresh while somebody looks. Without an answer the time beside it tells its age. */

import { getFragment } from "./api.ts";
import { findAll } from "./dom.ts";
import { refreshTimes } from "./relative_time.ts";

const PART = "/venue/fragments/occupancy";
const EVERY_MS = 15_000;

async function refresh(shown: readonly HTMLElement[]): Promise<void> {
  const fresh = findAll("[data-occupancy]", await getFragment(PART));
  for (const part of shown) {
    const now = fresh.find((other) => other.dataset["occupancy"] === part.dataset["occupancy"]);
    if (now !== undefined) {
      part.replaceChildren(...now.childNodes);
    }
  }
  refreshTimes();
}

const shown = findAll("[data-occupancy]");
if (shown.length > 0) {
  const look = (): void => {
    if (!document.hidden) {
      void refresh(shown).catch(() => undefined);
    }
  };
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
}
