/** Reading codes out of pictures with zxing-wasm; used by the reader's worker and by the test of spoiled pictures. */

import { prepareZXingModule, readBarcodes, type ReadInputBarcodeFormat, type ReaderOptions } from "zxing-wasm/reader";

/** The codes that a scanner may look for, by the names of zxing. */
export type Format = "QRCode" | "DataMatrix" | "Code128";

/** A code that was read. */
export interface Found {
  readonly text: string;
  readonly format: string;
}

/** Makes the decoder ready; `wasm` is its module, by address or as bytes. */
export async function readyDecoder(wasm: string | ArrayBuffer): Promise<void> {
  const overrides = typeof wasm === "string" ? { locateFile: () => wasm } : { wasmBinary: wasm };
  await prepareZXingModule({ overrides, fireImmediately: true });
}

/** The bytes of a code as text. Cards are UTF-8 whatever the code claims; what is not is taken byte by byte. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/**
 * How a picture is looked at; the second way helps where light falls unevenly, the third where the code is very large or blurred,
 * the fourth, with the edges made sharp, where the modules of a certificate run into each other.
 */
const WAYS: readonly (ReaderOptions & { readonly sharp?: boolean })[] = [
  { binarizer: "LocalAverage", tryDownscale: true },
  { binarizer: "GlobalHistogram", tryDownscale: true },
  { binarizer: "LocalAverage", tryDownscale: true, downscaleThreshold: 100, downscaleFactor: 2, tryDenoise: true },
  { binarizer: "LocalAverage", tryDownscale: false, sharp: true },
];

/** The first code in a picture. `effort` is how many ways are tried; a video has more frames, a single picture does not. */
export async function decode(picture: ImageData, formats: readonly Format[], effort = 1): Promise<Found | null> {
  for (const { sharp, ...way } of WAYS.slice(0, effort)) {
    const found = await readBarcodes(sharp === true ? sharpened(picture) : picture, {
      ...way,
      formats: [...formats] as ReadInputBarcodeFormat[],
      tryHarder: true,
      tryRotate: true,
      tryInvert: true,
      maxNumberOfSymbols: 1,
    });
    const first = found.find((code) => code.isValid);
    if (first !== undefined) {
      return { text: textOf(first.bytes), format: first.format };
    }
  }
  return null;
}

/** How far around a dot its surroundings reach, as a part of the longer side: three or four dots of a frame. */
const SURROUNDINGS = 1 / 300;
/** How much of the difference from its surroundings a dot gets on top. */
const EDGE = 2;

/** The picture in grey, each dot further away from the mean of its surroundings: what a lens has run together stands apart again. */
export function sharpened(picture: ImageData): ImageData {
  const { width, height, data } = picture;
  const grey = new Float32Array(width * height);
  for (let n = 0; n < grey.length; n += 1) {
    grey[n] = ((data[n * 4] ?? 0) + 2 * (data[n * 4 + 1] ?? 0) + (data[n * 4 + 2] ?? 0)) / 4;
  }
  const reach = Math.max(1, Math.round(Math.max(width, height) * SURROUNDINGS));
  const mean = averaged(averaged(grey, height, width, 1, width, reach), width, height, width, 1, reach);
  const dots = new Uint8ClampedArray(data.length);
  for (let n = 0; n < grey.length; n += 1) {
    const dot = grey[n] ?? 0;
    dots.fill(dot + EDGE * (dot - (mean[n] ?? 0)), n * 4, n * 4 + 3);
    dots[n * 4 + 3] = 255;
  }
  return new ImageData(dots, width, height);
}

/** The mean of so many dots to either side in each of so many lines, by a sum that moves along. */
function averaged(from: Float32Array, lines: number, length: number, step: number, stride: number, reach: number): Float32Array {
  const to = new Float32Array(from.length);
  for (let line = 0; line < lines; line += 1) {
    const at = (n: number): number => from[line * stride + n * step] ?? 0;
    let [sum, count] = [0, 0];
    for (let n = 0; n < Math.min(reach, length); n += 1) {
      sum += at(n);
      count += 1;
    }
    for (let n = 0; n < length; n += 1) {
      if (n + reach < length) {
        sum += at(n + reach);
        count += 1;
      }
      if (n - reach > 0) {
        sum -= at(n - reach - 1);
        count -= 1;
      }
      to[line * stride + n * step] = sum / count;
    }
  }
  return to;
}
