/** What a number pad types. */

const BACK = "back";

/** What the input holds after `key` of the pad: a figure, `,` or `back`. */
export function afterKey(value: string, key: string, most: number): string {
  if (key === BACK) {
    return value.slice(0, -1);
  }
  if (key === "," && (value === "" || value.includes(",") || value.includes("."))) {
    return value;
  }
  return value.length >= most ? value : value + key;
}
