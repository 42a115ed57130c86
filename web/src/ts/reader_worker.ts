/** The decoder in a worker of its own, so that the camera's picture stays smooth. Its policy alone allows WebAssembly. */

import { decode, type Format, type Found, readyDecoder } from "./decode.ts";

/** What the page asks. */
export type Ask =
  | { readonly kind: "ready"; readonly wasm: string }
  | { readonly kind: "read"; readonly n: number; readonly picture: ImageData; readonly formats: readonly Format[]; readonly effort: number };

/** What the worker answers. */
export type Told =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "read"; readonly n: number; readonly found: Found | null };

const worker = self as unknown as { postMessage(told: Told): void; onmessage: ((event: MessageEvent<Ask>) => void) | null };

async function answer(ask: Ask): Promise<Told> {
  try {
    if (ask.kind === "ready") {
      await readyDecoder(ask.wasm);
      return { kind: "ready" };
    }
    return { kind: "read", n: ask.n, found: await decode(ask.picture, ask.formats, ask.effort) };
  } catch (error) {
    return ask.kind === "ready" ? { kind: "failed", reason: String(error) } : { kind: "read", n: ask.n, found: null };
  }
}

worker.onmessage = (event) => void answer(event.data).then((told) => worker.postMessage(told));
