/** What a device remembers. A browser may refuse to store (private mode, full disk): then nothing is remembered and nothing breaks. */

/** The value kept under `key`, where there is one. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps `value` under `key`; `null` forgets it. Answers whether it was kept. */
export function remember(key: string, value: string | null): boolean {
  try {
    if (value === null) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, value);
    }
    return true;
  } catch {
    return false;
  }
}

/** The JSON kept under `key`, or `fallback` where there is none that can be read. */
export function recallJson<T>(key: string, fallback: T, isRight: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(recall(key) ?? "null");
    return isRight(value) ? value : fallback;
  } catch {
    return fallback;
  }
}
