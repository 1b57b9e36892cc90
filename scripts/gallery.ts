/**
 * @file Makes the figures of README.md and of the guides again, each by a command that a reader can type: `npm run gallery`,
 * or `npm run gallery -- kuramoto` for those whose command has that word.
 */

import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "../tests/browser/chromium.ts";
import { recipes } from "./galleryRecipes.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const chosen = recipes.filter(
  ({ command }) => wanted.length === 0 || wanted.some((word) => command.includes(word)),
);
if (chosen.length === 0)
  throw new Error(
    `gallery: no command has the word ${wanted.join(" or ")}; there are ${recipes.map(({ command }) => command).join("; ")}`,
  );
const folder = mkdtempSync(join(tmpdir(), "l2e-gallery-"));
try {
  for (const part of ["checkpoints/fokker-planck-2d", "datasets/penguins.csv"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const { command, figures } of chosen) {
    const start = performance.now();
    if (!carryOut(command)) continue;
    for (const [name, source] of Object.entries(figures)) {
      mkdirSync(dirname(join(root, "docs", name)), { recursive: true });
      copyFileSync(found(source), join(root, "docs", name));
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${command}: ${Object.keys(figures).join(", ") || "made"} (${seconds} s)`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs a command; false where it needs a browser and there is none. */
function carryOut(command: string): boolean {
  const [program, ...words] = command.split(" ");
  if (program === "npm") {
    if (findChromium() === undefined) {
      console.log(
        `${command}: left out, as there is no Chromium on the PATH, and none named by L2E_CHROMIUM`,
      );
      return false;
    }
    return succeed("npm", words, root);
  }
  // One thread, so that sums have the same order on every machine.
  return succeed(
    process.execPath,
    [join(root, "bin/l2e.js"), ...words.slice(1), "--threads", "1", "--quiet"],
    folder,
  );
}

function succeed(program: string, words: readonly string[], cwd: string): true {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MLFLOW_")));
  const { status, error } = spawnSync(program, words, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`gallery: ${program} ${words.join(" ")} ended with exit code ${status}`);
  return true;
}

/** A figure's file; its name begins with its place in the report, which is nobody's to remember. */
function found(source: string): string {
  const place = join(folder, dirname(source));
  const name = source.slice(source.lastIndexOf("/") + 1);
  const file = readdirSync(place).find((entry) => entry === name || entry.replace(/^\d+-/, "") === name);
  if (file === undefined)
    throw new Error(`gallery: ${place} has no figure ${name}; it has ${readdirSync(place).join(", ")}`);
  return join(place, file);
}
