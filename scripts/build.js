/** @file Compiles src/ and pipelines/ into dist/, and bundles the scripts of pages there; on any system. */

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
const { status, error } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (error) throw error;
process.exitCode = status ?? 1;
if (status === 0) {
  const { builtScript, bundle, scriptNames } = await import(
    new URL("../dist/src/pages/bundle.js", import.meta.url).href
  );
  mkdirSync(new URL(".", builtScript(scriptNames[0])), { recursive: true });
  for (const name of scriptNames) writeFileSync(builtScript(name), await bundle(name));
}
