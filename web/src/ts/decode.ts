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

/** How a picture is looked at; the second way helps where light falls unevenly, the third where the code is very large or blurred. */
const WAYS: readonly ReaderOptions[] = [
  { binarizer: "LocalAverage", tryDownscale: true },
  { binarizer: "GlobalHistogram", tryDownscale: true },
  { binarizer: "LocalAverage", tryDownscale: true, downscaleThreshold: 100, downscaleFactor: 2, tryDenoise: true },
];

/** The first code in a picture. `effort` is how many ways are tried; a video has more frames, a single picture does not. */
export async function decode(picture: ImageData, formats: readonly Format[], effort = 1): Promise<Found | null> {
  for (const way of WAYS.slice(0, effort)) {
    const found = await readBarcodes(picture, {
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
