/** Registers the service worker once the page is there, so that it delays nothing. */
export function registerWorker(): void {
  const register = (): void => void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
  if (document.readyState === "complete") {
    register();
  } else {
    addEventListener("load", register, { once: true });
  }
}
