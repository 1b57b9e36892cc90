/** @file `l2e bench`: measure this machine. */

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { check, didYouMean } from "../../check/check.ts";
import { packageRoot } from "../../pipeline/packageRoot.ts";
import { print } from "../showResult.ts";

const folder = fileURLToPath(new URL("bench/", packageRoot));

export function addBench(program: Command): void {
  program
    .command("bench")
    .summary("measure this machine")
    .description(
      "Runs one of the measurements in bench/, each of which answers one question; without a name, lists them. They come with the repository, not with the published package.",
    )
    .argument("[name]", "a measurement")
    .argument("[options...]", "handed on to it, after --")
    .addHelpText("after", "\nExamples:\n  l2e bench\n  l2e bench engine")
    .action(async (name: string | undefined, rest: string[]) => {
      process.exitCode = await bench(name, rest);
    });
}

async function bench(name: string | undefined, rest: readonly string[]): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const known = files.filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
  check(
    known.length > 0,
    () => `there is no ${folder}: measurements come with the repository of learn-to-evolve, clone it.`,
  );
  if (name === undefined) {
    print(known.join("\n"));
    return 0;
  }
  check(
    known.includes(name),
    () => `unknown measurement "${name}".${didYouMean(name, known)} Measurements: ${known.join(", ")}.`,
  );
  const loader = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", loader, `${folder}${name}.ts`, ...rest], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
