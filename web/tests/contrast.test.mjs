import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const LEVELS = ["emergency", "urgent", "watch", "well", "unknown", "error"];

function tokens(file) {
  const css = readFileSync(`src/css/${file}`, "utf8");
  return Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]));
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function holds(theme, text, ground, least) {
  const ratio = contrast(theme[text], theme[ground]);
  assert.ok(ratio >= least, `${text} on ${ground}: ${ratio.toFixed(2)}, wanted ${least}`);
}

const light = tokens("tokens.css");
for (const [name, theme] of [["light", light], ["dark", { ...light, ...tokens("dark.css") }]]) {
  test(`text in the ${name} theme has a contrast of 4.5 at least`, () => {
    for (const text of ["ink", "ink-2", "accent"]) {
      ["paper", "surface", "sunken"].forEach((ground) => holds(theme, text, ground, 4.5));
    }
    holds(theme, "ink-3", "surface", 4.5);
    holds(theme, "on-accent", "accent", 4.5);
    holds(theme, "accent", "accent-soft", 4.5);
    for (const level of LEVELS) {
      [`${level}-soft`, "surface", "paper"].forEach((ground) => holds(theme, level, ground, 4.5));
      holds(theme, `${level}-on`, `${level}-fill`, 4.5);
      holds(theme, "ink", `${level}-soft`, 4.5);
      holds(theme, "ink-2", `${level}-soft`, 4.5);
    }
    [1, 2, 3, 4].forEach((tile) => holds(theme, "ink", `tile-${tile}`, 4.5));
    [1, 2, 3, 4, 5, 6, 7].forEach((day) => holds(theme, "day-on", `day-${day}`, 4.5));
  });

  test(`edges of what is pressed and the focus ring in the ${name} theme have a contrast of 3 at least`, () => {
    for (const edge of ["line-strong", "focus"]) {
      ["paper", "surface"].forEach((ground) => holds(theme, edge, ground, 3));
    }
  });
}
