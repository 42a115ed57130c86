/** The browser's own database (IndexedDB), as promises. It outlives the page, the browser and a restart of the phone. */

const NAME = "antam";
const VERSION = 1;

/** What waits to be sent: one record each, by `id`. */
export const OUTBOX = "outbox";
/** Small things beside it: counts of what was sent, the newest device token. */
export const NOTES = "notes";

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const outbox = request.result.createObjectStore(OUTBOX, { keyPath: "id" });
      outbox.createIndex("line", ["queue", "state", "order"]);
      request.result.createObjectStore(NOTES);
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another tab wants to upgrade, or the browser closed it: the next use opens it again.
      database.onversionchange = () => database.close();
      database.onclose = () => (opened = null);
      resolve(database);
    };
    request.onerror = () => reject(request.error ?? new Error("IndexedDB does not open"));
    request.onblocked = () => reject(new Error("IndexedDB is held by another tab"));
  });
}

/** The result of a request. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB fails"));
  });
}

/**
 * Runs `work` in one transaction and answers when it is on the disk, not when the browser has heard of it
 * (`durability: "strict"`): a phone that loses power afterwards still has it.
 */
export async function transact<T>(
  mode: IDBTransactionMode,
  work: (outbox: IDBObjectStore, notes: IDBObjectStore) => Promise<T>,
): Promise<T> {
  opened ??= open();
  opened.catch(() => (opened = null));
  const database = await opened;
  let transaction: IDBTransaction;
  try {
    transaction = database.transaction([OUTBOX, NOTES], mode, mode === "readwrite" ? { durability: "strict" } : {});
  } catch (error) {
    opened = null;
    throw error;
  }
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB gave up"));
  });
  // Whichever fails first is thrown below; the other must not be an unhandled rejection.
  done.catch(() => undefined);
  const answer = await work(transaction.objectStore(OUTBOX), transaction.objectStore(NOTES));
  await done;
  return answer;
}
