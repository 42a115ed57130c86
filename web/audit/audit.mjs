// Lighthouse over a page, as a phone on a slow network sees it: `node audit.mjs URL [URL…]`. Chromium is that of CHROME_PATH. Ends
// with 1 where performance, accessibility or best practices are below 95.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = 0.95;
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight"];

const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox"] });
let failed = false;
for (const url of process.argv.slice(2)) {
  const result = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" });
  const { audits, categories } = result.lhr;
  console.log(url);
  for (const category of CATEGORIES) {
    const score = categories[category].score ?? 0;
    failed ||= score < LEAST;
    console.log(`  ${category.padEnd(26)} ${Math.round(score * 100)}${score < LEAST ? "   below 95" : ""}`);
  }
  for (const figure of FIGURES) {
    console.log(`  ${figure.padEnd(26)} ${audits[figure].displayValue}`);
  }
  for (const audit of Object.values(audits)) {
    if (audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== "informative") {
      console.log(`  - ${audit.id} ${audit.displayValue ?? ""}`);
    }
  }
}
await chrome.kill();
process.exit(failed ? 1 : 0);
