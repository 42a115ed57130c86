/**
 * Registers the service worker once the page is there, so that it delays nothing, and keeps the page for the time without a
 * signal: the worker was not yet there when it was loaded for the first time.
 */

import { SEEN } from "./offline_pages.ts";

/** Registers the worker; `more` are the addresses of files that the page loads later. */
export function registerWorker(more: readonly (string | undefined)[] = []): void {
  const register = async (): Promise<void> => {
    const workers = (navigator as Partial<Navigator>).serviceWorker;
    if (workers === undefined) {
      return;
    }
    await workers.register("/sw.js");
    await workers.ready;
    await keepPage(more);
  };
  const start = (): void => void register().catch(() => undefined);
  if (document.readyState === "complete") {
    start();
  } else {
    addEventListener("load", start, { once: true });
  }
}

async function keepPage(more: readonly (string | undefined)[]): Promise<void> {
  const cache = await caches.open(SEEN);
  const page = location.pathname.replace(/^\/C\//, "/c/");
  if ((await cache.match(page)) === undefined) {
    await cache.add(page);
  }
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const files = [...loaded, ...more.filter((file): file is string => file !== undefined && file !== "")]
    .map((file) => new URL(file, location.href))
    .filter((file) => file.origin === location.origin && file.pathname.startsWith("/assets/"));
  for (const file of files) {
    if ((await caches.match(file.href)) === undefined) {
      await cache.add(file.href);
    }
  }
  // A file under another version is of a page as it was.
  const versions = new Map(files.map((file) => [file.pathname, file.href]));
  for (const kept of await cache.keys()) {
    const now = versions.get(new URL(kept.url).pathname);
    if (now !== undefined && now !== kept.url) {
      await cache.delete(kept);
    }
  }
}
