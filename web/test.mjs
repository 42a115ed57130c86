// Bundles tests/*.test.mjs, which import the TypeScript modules, and runs them with Node's own test runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "antam-web-"));
const tests = readdirSync(join(root, "tests")).filter((file) => file.endsWith(".test.mjs"));
await build({
  entryPoints: tests.map((file) => join(root, "tests", file)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "warning",
});
const run = spawnSync(process.execPath, ["--test", ...tests.map((file) => join(out, file))], { cwd: root, stdio: "inherit" });
rmSync(out, { recursive: true, force: true });
process.exit(run.status ?? 1);
