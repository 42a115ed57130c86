/** Sends a file with a live bar: first how much has left, then how many rows the server has checked. */

import { getJson, headers, OfflineError, ProblemError, readProblem } from "./api.ts";
import { type RowReport } from "./row_report.ts";

const UPLOADS = "/api/v1/lab/uploads";
const ASK_EVERY_MS = 400;

/** What the server has done of an upload so far. */
export interface ServerProgress {
  readonly received: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly done: boolean;
}

export interface Watcher {
  /** The share of the file that has left, 0 to 1. */
  readonly onSent: (share: number) => void;
  readonly onChecked: (progress: ServerProgress) => void;
}

function watchServer(id: string, onChecked: Watcher["onChecked"]): () => void {
  const timer = setInterval(() => {
    // An upload that has not begun has no progress yet.
    getJson<ServerProgress>(`${UPLOADS}/${id}/progress`).then(onChecked, () => undefined);
  }, ASK_EVERY_MS);
  return () => clearInterval(timer);
}

/** Sends `file` under `id`, so that sending again after a break changes nothing. A dry run stores nothing. */
export function sendFile(file: File, id: string, dryRun: boolean, watcher: Watcher): Promise<RowReport> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stop = (): void => undefined;
    request.open("POST", `${UPLOADS}?dry_run=${String(dryRun)}&id=${id}&cells=true`);
    for (const [name, value] of Object.entries(headers({ Accept: "application/json" }))) {
      request.setRequestHeader(name, value);
    }
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) {
        watcher.onSent(event.loaded / event.total);
      }
    });
    request.upload.addEventListener("load", () => {
      watcher.onSent(1);
      stop = watchServer(id, watcher.onChecked);
    });
    request.addEventListener("loadend", () => stop());
    request.addEventListener("error", () => reject(new OfflineError()));
    request.addEventListener("abort", () => reject(new OfflineError()));
    request.addEventListener("load", () => {
      const body: unknown = request.response;
      if (request.status >= 200 && request.status < 300 && body !== null) {
        resolve(body as RowReport);
      } else {
        reject(new ProblemError(readProblem(request.status, body)));
      }
    });
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}

/** The rows of `file` that are to be mended, as a workbook with what is wrong beside each. Nothing is stored. */
export async function fetchBadRows(file: File): Promise<Blob> {
  const form = new FormData();
  form.append("file", file);
  const request = { method: "POST", body: form, headers: headers({ Accept: "application/json" }) };
  const answer = await fetch(`${UPLOADS}?dry_run=true&report=xlsx`, request).catch(() => {
    throw new OfflineError();
  });
  if (!answer.ok) {
    throw new ProblemError(readProblem(answer.status, await answer.json().catch(() => null)));
  }
  return answer.blob();
}
