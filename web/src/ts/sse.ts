/** Server-Sent Events that resume with nothing missed, and say whether the line is up. */

export type ConnectionState = "connecting" | "live" | "lost";

export interface StreamOptions {
  readonly path: string;
  /** The event names to listen for. */
  readonly events: readonly string[];
  readonly onEvent: (name: string, data: unknown) => void;
  readonly onState: (state: ConnectionState) => void;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/**
 * Opens the stream and keeps it open. The browser itself resumes a broken line with `Last-Event-ID`; where the server
 * refused and the browser gave up, a new line is opened with the id in the query, since a header cannot be set.
 */
export function openStream(options: StreamOptions): void {
  let lastId = "";
  let retry = FIRST_RETRY_MS;

  const open = (): void => {
    const resume = lastId === "" ? "" : `?last_event_id=${encodeURIComponent(lastId)}`;
    const source = new EventSource(options.path + resume);
    source.addEventListener("open", () => {
      retry = FIRST_RETRY_MS;
      options.onState("live");
    });
    for (const name of options.events) {
      source.addEventListener(name, (event) => {
        lastId = event.lastEventId || lastId;
        options.onEvent(name, parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      options.onState("lost");
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(open, retry);
        retry = Math.min(retry * 2, LAST_RETRY_MS);
      }
    });
  };

  options.onState("connecting");
  open();
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}
