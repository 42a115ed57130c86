// Builds web/dist from web/src and web/icons: app.css with its fonts, one script for each kind of page, the icon
// sprite and the manifest. `--watch` builds again on every change.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";

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
      return { contents: css.replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, ""), loader: "css" };
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
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
buildSprite();
cpSync(join(root, "manifest.webmanifest"), join(dist, "manifest.webmanifest"));

const pages = ["head", "shell", "board", "upload", "checkin", "login", "case", "care"];
const common = { bundle: true, minify: !watch, target, logLevel: "info" };
const builds = await Promise.all([
  context({
    ...common,
    entryPoints: [join(root, "src/css/app.css")],
    outdir: dist,
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
    plugins: [woff2Only, darkBySystem],
  }),
  context({
    ...common,
    entryPoints: pages.map((page) => join(root, `src/ts/${page}.ts`)),
    outdir: join(dist, "js"),
    format: "iife",
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
