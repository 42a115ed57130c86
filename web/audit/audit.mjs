// Lighthouse over a page, as a phone on a slow network sees it, and how soon it can be used there: `node audit.mjs URL [URL…]`.
// Chromium is that of CHROME_PATH. Ends with 1 where performance, accessibility or best practices are below 95, or the page
// takes longer than a second.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { connect } from "puppeteer-core";

const LEAST = 0.95;
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight"];
/** Where the machine is so busy that nothing is painted in time, Lighthouse gives no score. */
const TRIES = 3;
/** A good 3G network: 1.6 Mbit/s down, 750 kbit/s up, 150 ms until an answer begins. */
const THREE_G = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) | 0, uploadThroughput: (750e3 / 8) | 0 };
const SOON_MS = 1_000;
/** The median of so many first visits. */
const VISITS = 5;

async function judge(chrome, url) {
  for (let left = TRIES; ; left -= 1) {
    const result = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" });
    const unscored = CATEGORIES.filter((category) => result.lhr.categories[category].score === null);
    if (unscored.length === 0 || left === 1) {
      return result.lhr;
    }
    const faults = Object.values(result.lhr.audits).map((audit) => audit.errorMessage);
    console.log(`  once more, no score for ${unscored.join(", ")}: ${faults.find((fault) => fault !== undefined) ?? "no reason given"}`);
  }
}

/** Milliseconds from a first visit's beginning until the page is painted and its scripts have run. */
async function firstVisit(browser, url) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.setViewport({ width: 390, height: 844, isMobile: true, deviceScaleFactor: 2 });
    const session = await page.createCDPSession();
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", THREE_G);
    await page.goto(url, { waitUntil: "load" });
    return await page.evaluate(() => {
      const [loaded] = performance.getEntriesByType("navigation");
      const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity;
      return Math.max(painted, loaded.domContentLoadedEventEnd);
    });
  } finally {
    await context.close();
  }
}

const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox"] });
const browser = await connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
let failed = false;
for (const url of process.argv.slice(2)) {
  console.log(url);
  const { audits, categories } = await judge(chrome, url);
  for (const category of CATEGORIES) {
    const score = categories[category].score ?? 0;
    failed ||= score < LEAST;
    console.log(`  ${category.padEnd(26)} ${Math.round(score * 100)}${score < LEAST ? "   below 95" : ""}`);
  }
  for (const figure of FIGURES) {
    console.log(`  ${figure.padEnd(26)} ${audits[figure].displayValue}`);
  }
  const visits = [];
  for (let n = 0; n < VISITS; n += 1) {
    visits.push(await firstVisit(browser, url));
  }
  const usable = visits.sort((a, b) => a - b)[Math.floor(VISITS / 2)];
  failed ||= usable > SOON_MS;
  console.log(`  ${"usable on 3G".padEnd(26)} ${Math.round(usable)} ms${usable > SOON_MS ? "   over a second" : ""}`);
  for (const audit of Object.values(audits)) {
    if (audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== "informative") {
      console.log(`  - ${audit.id} ${audit.displayValue ?? ""}`);
    }
  }
}
await browser.disconnect();
await chrome.kill();
process.exit(failed ? 1 : 0);
