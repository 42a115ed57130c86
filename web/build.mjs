// Builds web/dist from web/src and web/icons: app.css with its fonts and more.css, one script for each kind of page, the service
// worker, the code reader with its WebAssembly, the icon sprite and the manifest; and each of them compressed, since the
// server sends them as they lie. `--watch` builds again on every change and leaves the compression to the server.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { context } from "esbuild";
import subsetFont from "subset-font";
import { png } from "./icon_png.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const watch = process.argv.includes("--watch");

// The oldest browsers that the product promises to serve: cheap Android phones that no longer get updates.
const target = ["chrome80", "firefox78", "safari15"];

/** Keeps woff2 only: every browser of `target` reads it, and half the files need not be shipped. */
const woff2Only = {
  name: "woff2-only",
  setup(build) {
    build.onLoad({ filter: /@fontsource.*\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const contents = css
        .replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, "")
        // Latin Extended claims letters of Vietnamese as well and comes later: one "ỹ" would load a file that nobody needs.
        .replaceAll("U+0100-02BA,", "U+0100-0101,U+0104-010F,U+0112-0127,U+012A-0167,U+016A-019F,U+01A2-01AE,U+01B1-02BA,")
        .replaceAll("U+1EF2-1EFF,", "U+1EFA-1EFF,")
        .replaceAll("U+20A0-20AB,", "U+20A0-20AA,");
      return { contents, loader: "css" };
    });
  },
};

// What is written here: Vietnamese in full, the letters of Latin-1 for guests' names, and the signs of our texts. Latin Extended keeps its
// own file, which hardly anybody loads.
const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, n) => from + n));
const written = `${range(0x20, 0x7e)}\u00a0°±²·µ${range(0xc0, 0xff)}–—‘’“”…−→≥≤${range(0x1ea0, 0x1ef9)}ĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323₫`;

/**
 * Fonts hold what is written, without the hints for the screens of twenty years ago, which are half of a file. Kerning and
 * figures of one width stay.
 */
const lightFonts = {
  name: "light-fonts",
  setup(build) {
    build.onLoad({ filter: /@fontsource.*\.woff2$/ }, async ({ path }) => {
      const font = await readFile(path);
      const small = { targetFormat: "woff2", noHinting: true, keepFeatures: ["kern", "tnum"] };
      const contents = path.includes("-latin-ext-")
        ? await subsetFont(font, null, { ...small, keepAllGlyphs: true })
        : await subsetFont(font, written, small);
      return { contents, loader: "file" };
    });
  },
};

/** Dark colours are written once, for `[data-theme="dark"]`, and hold as well where the system is dark and nothing was chosen. */
const darkBySystem = {
  name: "dark-by-system",
  setup(build) {
    build.onLoad({ filter: /[\\/]dark\.css$/ }, async ({ path }) => {
      const chosen = await readFile(path, "utf8");
      const bySystem = chosen.replaceAll('[data-theme="dark"]', ':not([data-theme="light"])');
      const contents = `@media screen {${chosen}}\n@media screen and (prefers-color-scheme: dark) {${bySystem}}`;
      return { contents, loader: "css" };
    });
  },
};

/** One file of symbols, used as `<use href="/assets/icons/sprite.svg#NAME">`. */
function buildSprite() {
  const folder = join(root, "icons");
  const symbols = readdirSync(folder)
    .filter((file) => file.endsWith(".svg") && file !== "app.svg")
    .sort()
    .map((file) => {
      const svg = readFileSync(join(folder, file), "utf8");
      return svg
        .replace(/<svg xmlns="[^"]*"/, `<symbol id="${file.slice(0, -".svg".length)}"`)
        .replace("</svg>", "</symbol>")
        .trim();
    });
  mkdirSync(join(dist, "icons"), { recursive: true });
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  writeFileSync(join(dist, "icons", "sprite.svg"), sprite);
  cpSync(join(folder, "app.svg"), join(dist, "icons", "app.svg"));
  // The size that iPhones ask for (Apple, Configuring Web Applications).
  writeFileSync(join(dist, "icons", "app-180.png"), png(readFileSync(join(folder, "app.svg"), "utf8"), 180));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
buildSprite();
cpSync(join(root, "manifest.webmanifest"), join(dist, "manifest.webmanifest"));
cpSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"), join(dist, "reader.wasm"));

const pages = ["head", "shell", "board", "upload", "checkin", "scan", "login", "case", "care", "sampling", "station", "screen", "venue", "offline"];
const common = { bundle: true, minify: !watch, target, logLevel: "info" };
const builds = await Promise.all([
  context({
    ...common,
    entryPoints: ["app", "more"].map((sheet) => join(root, `src/css/${sheet}.css`)),
    outdir: dist,
    loader: { ".woff2": "file" },
    // With its hash in its name a font may be kept for ever: a style sheet cannot ask for it with a version.
    assetNames: "fonts/[name]-[hash]",
    plugins: [woff2Only, lightFonts, darkBySystem],
  }),
  context({
    ...common,
    entryPoints: pages.map((page) => join(root, `src/ts/${page}.ts`)),
    outdir: join(dist, "js"),
    format: "iife",
  }),
  context({
    ...common,
    entryPoints: { sw: join(root, "src/ts/sw.ts") },
    outdir: dist,
    format: "iife",
  }),
  context({
    ...common,
    entryPoints: { reader: join(root, "src/ts/reader_worker.ts") },
    outdir: join(dist, "js"),
    format: "iife",
    // The decoder looks for files of Node only where it runs in Node.
    external: ["fs", "path", "module", "node:fs", "node:path", "node:module"],
    define: { "import.meta.url": "self.location.href" },
  }),
]);
for (const build of builds) {
  if (watch) {
    await build.watch();
  } else {
    await build.rebuild();
    await build.dispose();
  }
}

/** Every file that shrinks, as `NAME.br` and `NAME.gz` beside it, as small as it gets: it is done once and sent a million times. */
function compress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      compress(path);
    } else if (/\.(?:css|js|svg|wasm|webmanifest)$/.test(entry.name)) {
      const bytes = readFileSync(path);
      const best = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: best }));
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    }
  }
}

if (!watch) {
  compress(dist);
}
