/** The camera: opened once, closed when the page is hidden, its codes told one after the other. */

import type { Reader } from "./reader.ts";

/** Why there is no camera: the person said no, there is none, or another program has it. */
export type CameraFault = "denied" | "none" | "busy";

/** There is no camera to look through. */
export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.name = "CameraError";
    this.fault = fault;
  }
}

/** An open camera. */
export interface Camera {
  /** Whether there is a light to switch. */
  readonly hasLight: boolean;
  light(on: boolean): Promise<void>;
  close(): void;
}

/** Opens the camera that looks away from (`environment`) or at (`user`) the person, and shows it in `video`. */
export async function openCamera(video: HTMLVideoElement, facing: "environment" | "user" = "environment"): Promise<Camera> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (devices === undefined) {
    throw new CameraError("none");
  }
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    throw new CameraError(name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotReadableError" ? "busy" : "none");
  }
  video.srcObject = stream;
  video.muted = true;
  video.setAttribute("playsinline", "");
  await video.play().catch(() => undefined);
  const track = stream.getVideoTracks()[0];
  const abilities = (track?.getCapabilities?.() ?? {}) as { torch?: boolean };
  return {
    hasLight: abilities.torch === true,
    async light(on) {
      await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
    },
    close() {
      stream.getTracks().forEach((each) => each.stop());
      video.srcObject = null;
    },
  };
}

/** Says of each code once that it is there: again only after it was out of sight for a while. */
export class Once {
  private text = "";
  private seen = -Infinity;

  constructor(private readonly absentMs = 3_000) {}

  isNew(text: string, now: number): boolean {
    const same = text === this.text && now - this.seen < this.absentMs;
    this.text = text;
    this.seen = now;
    return !same;
  }
}

/** The least pause between two frames, so that a cheap phone stays cool. */
const PAUSE_MS = 80;

/** Looks at the video until it is told to stop, and tells each code once. */
export function watchCodes(video: HTMLVideoElement, reader: Reader, tell: (text: string, format: string) => void): () => void {
  const once = new Once();
  let stopped = false;
  const look = async (): Promise<void> => {
    if (stopped) {
      return;
    }
    if (!document.hidden && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const found = await reader.read(video).catch(() => null);
      if (found !== null && !stopped && once.isNew(found.text, performance.now())) {
        tell(found.text, found.format);
      }
    }
    setTimeout(() => void look(), PAUSE_MS);
  };
  void look();
  return () => {
    stopped = true;
  };
}
