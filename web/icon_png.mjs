// Draws an icon of ours as PNG, for iPhones, which take no SVG for the home screen. It knows what our icons are made of: rectangles
// and paths of lines and cubic curves, filled or stroked with round ends, in one colour each.
import { deflateSync } from "node:zlib";

/** Points to a cubic curve, and rays of a sample's side to a pixel: more cannot be seen. */
const STEPS = 24;
const RAYS = 4;

const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

const colour = (text) => {
  const hex = text.slice(1);
  const long = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
};

/** The lines of a path's data, as lists of points. */
export function flatten(data) {
  const words = data.match(/[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)/g) ?? [];
  const lines = [];
  let [x, y, at, command] = [0, 0, 0, ""];
  const number = () => Number(words[at++]);
  while (at < words.length) {
    if (/[a-zA-Z]/.test(words[at])) {
      command = words[at++];
    }
    const [ox, oy] = command === command.toLowerCase() ? [x, y] : [0, 0];
    const kind = command.toUpperCase();
    if (kind === "M") {
      [x, y] = [ox + number(), oy + number()];
      lines.push([[x, y]]);
      command = command === "m" ? "l" : "L";
    } else if (kind === "L" || kind === "H" || kind === "V") {
      [x, y] = [kind === "V" ? x : ox + number(), kind === "H" ? y : oy + number()];
      lines.at(-1).push([x, y]);
    } else if (kind === "C") {
      const [x1, y1, x2, y2, x3, y3] = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? ox : oy) + number());
      for (let step = 1; step <= STEPS; step += 1) {
        const t = step / STEPS;
        const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
        lines.at(-1).push([a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3]);
      }
      [x, y] = [x3, y3];
    } else if (kind === "Z") {
      lines.at(-1).push(lines.at(-1)[0]);
    } else {
      throw new Error(`an icon has the path command ${command}, which is not known here`);
    }
  }
  return lines;
}

const isInside = (lines, x, y) => {
  let inside = false;
  for (const line of lines) {
    for (let n = 0, m = line.length - 1; n < line.length; m = n, n += 1) {
      const [[x1, y1], [x2, y2]] = [line[n], line[m]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
        inside = !inside;
      }
    }
  }
  return inside;
};

const isNear = (lines, x, y, reach) =>
  lines.some((line) =>
    line.slice(1).some(([x2, y2], n) => {
      const [x1, y1] = line[n];
      const [dx, dy] = [x2 - x1, y2 - y1];
      const t = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(x - x1 - t * dx, y - y1 - t * dy) <= reach;
    }),
  );

/** The shapes of an icon, each with its colour and whether it covers a point. */
function shapes(svg) {
  return (svg.match(/<(?:rect|path)\s[^>]*>/g) ?? []).flatMap((tag) => {
    const [fill, stroke] = [attribute(tag, "fill"), attribute(tag, "stroke")];
    if (tag.startsWith("<rect")) {
      // The corners are left to the phone, which rounds its icons itself.
      return [{ colour: colour(fill), covers: () => true }];
    }
    const lines = flatten(attribute(tag, "d"));
    const reach = Number(attribute(tag, "stroke-width") ?? 1) / 2;
    const filled = fill === undefined || fill === "none" ? [] : [{ colour: colour(fill), covers: (x, y) => isInside(lines, x, y) }];
    return stroke === undefined ? filled : [...filled, { colour: colour(stroke), covers: (x, y) => isNear(lines, x, y, reach) }];
  });
}

const CRC = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return value >>> 0;
});

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((body.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, sum]);
}

/** The icon as PNG (8-bit RGB), `size` pixels wide and high. */
export function png(svg, size) {
  const [, , width] = attribute(svg, "viewBox").split(" ").map(Number);
  const all = shapes(svg);
  const at = (pixel, ray) => ((pixel + (ray + 0.5) / RAYS) * width) / size;
  const rows = Buffer.alloc(size * (1 + 3 * size));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const sum = [0, 0, 0];
      for (let ray = 0; ray < RAYS * RAYS; ray += 1) {
        const [x, y] = [at(column, ray % RAYS), at(row, Math.floor(ray / RAYS))];
        const top = all.findLast((shape) => shape.covers(x, y))?.colour ?? [255, 255, 255];
        top.forEach((part, n) => (sum[n] += part));
      }
      sum.forEach((part, n) => (rows[row * (1 + 3 * size) + 1 + 3 * column + n] = Math.round(part / RAYS ** 2)));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
