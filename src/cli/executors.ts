/** @file The options that say who carries out the parts of a command, and the executors that they mean. */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { check } from "../check/check.ts";
import type { Executor } from "../executors/executor.ts";
import { packageRoot } from "../files/packageRoot.ts";
import { collect, repeated, wholeNumber } from "./options.ts";

export interface ExecutorOptions {
  readonly executor?: string;
  readonly workers?: string;
  readonly attempts: string;
  readonly slurmOpt: readonly string[];
}

/** Stages whose jobs can be given resources of their own. */
const slurmStages = ["generate", "train", "evaluate", "sweep"];

/** `--executor`, `--workers`, `--slurm-opt`. */
export function withExecutor(command: Command): Command {
  return command
    .option(
      "--executor <local|slurm>",
      "make the parts in processes of this machine, or in jobs of a Slurm cluster",
    )
    .option("--workers <n>", "processes at a time of --executor local (default: one a core)")
    .option("--attempts <n>", "how often a task is submitted before it is given up", "3")
    .option(
      "--slurm-opt <name=value>",
      "a long option of sbatch for all jobs, or for those of a stage: train.time=60; may be given several times",
      collect,
      [],
    );
}

/** Whether a command is to be carried out in parts. Throws `InputError` for options that do not fit together. */
export function isSharded(options: ExecutorOptions & { readonly shards?: string }): boolean {
  const { executor, workers, slurmOpt, shards } = options;
  check(
    executor === undefined || ["local", "slurm"].includes(executor),
    () => `--executor must be local or slurm, got "${executor}".`,
  );
  check(
    slurmOpt.length === 0 || executor === "slurm",
    () => `--slurm-opt ${slurmOpt[0]}: it is for --executor slurm.`,
  );
  check(
    workers === undefined || executor !== "slurm",
    () => "--workers: it is for --executor local; how many jobs run at a time is Slurm's to say.",
  );
  return executor !== undefined || workers !== undefined || shards !== undefined;
}

/** How many processes of this machine work at a time. */
export function workersOf(options: ExecutorOptions): number {
  return options.workers === undefined
    ? availableParallelism()
    : wholeNumber("--workers", options.workers, 1);
}

/** How often a task is submitted before the command gives up. */
export function attemptsOf({ attempts }: ExecutorOptions): number {
  return wholeNumber("--attempts", attempts, 1);
}

/** Threads of each task: as they were asked for, or so many that all processes at a time fill this machine. */
export function threadsOfTask(
  options: ExecutorOptions & { readonly threads?: string },
  atATime: number,
): string[] {
  if (options.threads !== undefined) return ["--threads", options.threads];
  if (options.executor === "slurm") return []; // the job knows how many cores it was given
  return ["--threads", String(Math.max(1, Math.floor(availableParallelism() / atATime)))];
}

/** The executor that the options mean; its tasks print into files of a folder. */
export async function executorFor(options: ExecutorOptions, logs: string): Promise<Executor> {
  const program = [process.execPath, fileURLToPath(new URL("bin/l2e.js", packageRoot))];
  if (options.executor === "slurm") {
    const { parseSlurmOption } = await import("../executors/slurmOptions.ts");
    const { slurmExecutor } = await import("../executors/slurm.ts");
    const asked = options.slurmOpt.map((text) => parseSlurmOption(text, slurmStages));
    return slurmExecutor({ program, logs, options: asked });
  }
  const { localExecutor } = await import("../executors/local.ts");
  return localExecutor({ program, logs, workers: workersOf(options) });
}

/** The options as they were given, to be typed again. */
export function executorWords(options: ExecutorOptions & { readonly shards?: string }): string[] {
  const given = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value]);
  return [
    ...given("--executor", options.executor),
    ...given("--shards", options.shards),
    ...given("--workers", options.workers),
    ...(options.attempts === "3" ? [] : ["--attempts", options.attempts]),
    ...repeated("--slurm-opt", options.slurmOpt),
  ];
}
