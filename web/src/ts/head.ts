/** Runs before the first paint, so that nothing flashes: says that script runs, and applies the chosen theme. */

import { applyTheme } from "./theme.ts";

document.documentElement.classList.add("js");
applyTheme();
