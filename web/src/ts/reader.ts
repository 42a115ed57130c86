/**
 * Reads codes from the frames of a camera: by the browser's BarcodeDetector where there is one, by zxing-wasm in a worker where
 * not. A detector gives text, not bytes, and some give nothing, or the wrong letters, for a card in Vietnamese: such a
 * frame goes to zxing, whose bytes are decoded as UTF-8.
 */

import type { Format, Found } from "./decode.ts";
import type { Ask, Told } from "./reader_worker.ts";

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string; readonly format: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

const DETECTOR_NAMES: Record<Format, string> = { QRCode: "qr_code", DataMatrix: "data_matrix", Code128: "code_128" };

/** After so many frames in which the detector saw nothing, zxing looks too. */
const DETECTOR_FRAMES = 12;

/** The text that a detector meant, or `null` where it cannot be told: UTF-8 that was taken for Latin-1 is turned back. */
export function mended(text: string): string | null {
  if (text === "" || text.includes("\uFFFD")) {
    return null;
  }
  const codes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  if (codes.every((code) => code < 0x80) || codes.some((code) => code > 0xff)) {
    return text;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(codes));
  } catch {
    return text;
  }
}

/** Where the decoder's files are. The server writes their versioned addresses into the page. */
export interface Files {
  readonly worker: string;
  readonly wasm: string;
}

/** Reads codes. */
export interface Reader {
  /** The code in what `source` shows now. */
  read(source: HTMLVideoElement | HTMLCanvasElement): Promise<Found | null>;
  close(): void;
}

/**
 * The longer side of a frame that is looked at quickly, and of one that is looked at thoroughly. A certificate has 93 modules and
 * more on a side: at 960 pixels too few fall on each, at what the camera is asked for it is read (decode.test.mjs).
 */
const QUICK = 960;
const THOROUGH = 1280;

/** A reader for these kinds of code. */
export async function openReader(files: Files, formats: readonly Format[] = ["QRCode"], longest = THOROUGH): Promise<Reader> {
  const detector = await openDetector(formats);
  let zxing: Zxing | null = detector === null ? await Zxing.open(files, formats, longest) : null;
  let unseen = 0;
  return {
    async read(source) {
      if (detector !== null) {
        const codes = await detector.detect(source).catch(() => []);
        const first = codes[0];
        const text = first === undefined ? null : mended(first.rawValue);
        if (first !== undefined && text !== null) {
          unseen = 0;
          return { text, format: first.format };
        }
        unseen += 1;
        if (first === undefined && unseen < DETECTOR_FRAMES) {
          return null;
        }
      }
      zxing ??= await Zxing.open(files, formats, longest);
      return zxing.read(source);
    },
    close: () => zxing?.close(),
  };
}

async function openDetector(formats: readonly Format[]): Promise<Detector | null> {
  const detector = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (detector === undefined) {
    return null;
  }
  try {
    const known = await detector.getSupportedFormats();
    const names = formats.map((format) => DETECTOR_NAMES[format]);
    return names.every((name) => known.includes(name)) ? new detector({ formats: names }) : null;
  } catch {
    return null;
  }
}

class Zxing {
  private readonly canvas = document.createElement("canvas");
  private readonly asked = new Map<number, (found: Found | null) => void>();
  private n = 0;

  private constructor(
    private readonly worker: Worker,
    private readonly formats: readonly Format[],
    private readonly longest: number,
  ) {
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === "read") {
        this.asked.get(data.n)?.(data.found);
        this.asked.delete(data.n);
      }
    };
  }

  static open(files: Files, formats: readonly Format[], longest: number): Promise<Zxing> {
    const worker = new Worker(files.worker);
    return new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if (data.kind === "ready") {
          resolve(new Zxing(worker, formats, longest));
        } else if (data.kind === "failed") {
          reject(new Error(data.reason));
        }
      };
      worker.postMessage({ kind: "ready", wasm: new URL(files.wasm, location.href).href } satisfies Ask);
    });
  }

  read(source: HTMLVideoElement | HTMLCanvasElement): Promise<Found | null> {
    const [width, height] =
      source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    if (width === 0 || height === 0) {
      return Promise.resolve(null);
    }
    this.n += 1;
    const n = this.n;
    // Frames take turns between the quick way and the thorough ones; every fourth is looked at in all ways there are.
    const effort = n % 4 === 0 ? Infinity : n % 2 === 0 ? 2 : 1;
    const longest = effort === 1 ? Math.min(QUICK, this.longest) : this.longest;
    const scale = Math.min(1, longest / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) {
      return Promise.resolve(null);
    }
    context.drawImage(source, 0, 0, this.canvas.width, this.canvas.height);
    const picture = context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    const read: Ask = { kind: "read", n, picture, formats: this.formats, effort };
    return new Promise((resolve) => {
      this.asked.set(n, resolve);
      this.worker.postMessage(read, [picture.data.buffer]);
    });
  }

  close(): void {
    this.worker.terminate();
    this.asked.forEach((resolve) => resolve(null));
    this.asked.clear();
  }
}
