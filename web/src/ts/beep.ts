/** The sound of an emergency. Browsers play sound only after the first touch or key, so it is made ready then. */

let context: AudioContext | null = null;

/** Makes sound ready at the first gesture. */
export function readySound(): void {
  const ready = (): void => {
    context ??= new AudioContext();
    void context.resume();
  };
  addEventListener("pointerdown", ready, { once: true });
  addEventListener("keydown", ready, { once: true });
}

/** Whether a beep would be heard. */
export function canBeep(): boolean {
  return context?.state === "running";
}

/** Three rising tones, twice: heard across a room, not mistaken for a message. */
export function beep(): void {
  if (context === null) {
    return;
  }
  const tones = [740, 880, 1175];
  for (let round = 0; round < 2; round += 1) {
    tones.forEach((frequency, place) => tone(frequency, round * 0.75 + place * 0.17));
  }
}

/** Tries to make sound ready without a gesture: a browser allows it where the page before was touched, or the page is installed. */
export function trySound(): void {
  try {
    context ??= new AudioContext();
    void context.resume().catch(() => undefined);
  } catch {
    // No sound on this device; the colour and the word say it.
  }
}

/** What a door says to the ear: one high tone, two of the same, or two that fall. */
export function doorSound(answer: "go" | "look" | "stop"): void {
  const tones = { go: [1320], look: [880, 880], stop: [440, 294] };
  tones[answer].forEach((frequency, place) => tone(frequency, place * 0.2));
}

function tone(frequency: number, after: number): void {
  if (context === null) {
    return;
  }
  const start = context.currentTime + after;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.35, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.16);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.18);
}
