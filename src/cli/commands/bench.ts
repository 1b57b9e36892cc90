/** @file `l2e bench`: measure this machine. */

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { check, didYouMean } from "../../check/check.ts";
import { packageRoot } from "../../files/packageRoot.ts";

const folder = fileURLToPath(new URL("bench/", packageRoot));

interface BenchOptions {
  readonly peers?: boolean;
  readonly engine?: string;
  readonly json?: boolean;
  readonly repeats?: string;
  readonly seconds: string;
}

export function addBench(program: Command): void {
  program
    .command("bench")
    .summary("measure this machine")
    .description(
      "Asks the questions in bench/, or one of them: what a step costs on the compiled engine, and, with --peers, against the same " +
        "work in JAX and PyTorch, in turn and in one run. Studies, which take minutes to half an hour, are made where they are " +
        "asked for by name. They come with the repository, not with the published package.",
    )
    .argument("[name]", "one question; without it, all of them")
    .option("--peers", "race the peers, whose Python environment `npm run bench:peers` makes")
    .option(
      "--engine <names>",
      "which of our engines take part, such as onnx-cuda,onnx, instead of those of the question",
    )
    .option("--json", "print one line of JSON instead of Markdown tables")
    .option(
      "--repeats <n>",
      "how often each rival is timed (7), or a study is made, with a new seed each time",
    )
    .option("--seconds <s>", "how long each time", "0.4")
    .addHelpText(
      "after",
      "\nExamples:\n  l2e bench engine\n  l2e bench kinetic --peers\n  l2e bench ablation\n  l2e bench architectures --repeats 3\n  l2e bench --peers --json > bench.json",
    )
    .action(async (name: string | undefined, options: BenchOptions) => {
      process.exitCode = await bench(name, options);
    });
}

async function bench(name: string | undefined, options: BenchOptions): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const known = files.filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
  check(
    known.length > 0,
    () => `there is no ${folder}: measurements come with the repository of learn-to-evolve, clone it.`,
  );
  check(
    name === undefined || known.includes(name),
    () => `unknown measurement "${name}".${didYouMean(name ?? "", known)} Measurements: ${known.join(", ")}.`,
  );
  if (options.repeats !== undefined) checkPositive("--repeats", options.repeats);
  checkPositive("--seconds", options.seconds);
  const args = [
    ...(name === undefined ? known : [name]),
    ...(options.engine === undefined ? [] : [`--engine=${options.engine}`]),
    ...(options.repeats === undefined ? [] : [`--repeats=${options.repeats}`]),
    `--seconds=${options.seconds}`,
    ...(options.peers === true ? ["--peers"] : []),
    ...(options.json === true ? ["--json"] : []),
  ];
  const loader = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", loader, `${folder}measure/main.ts`, ...args], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

function checkPositive(option: string, value: string): void {
  check(Number(value) > 0, () => `option ${option}: expected a positive number, got "${value}".`);
}
