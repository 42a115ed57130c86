/** UUIDv7 (RFC 9562, section 5.7): ids that a phone makes without asking, so that sending twice is one visit. */

/** An id from the time in milliseconds and ten random bytes. */
export function uuidv7From(milliseconds: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let rest = milliseconds;
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A new id. */
export function uuidv7(): string {
  return uuidv7From(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
