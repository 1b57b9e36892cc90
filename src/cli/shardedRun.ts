/** @file `l2e run --shards`: a run whose parts are tasks, each the command `l2e shard`. */

import { resolve } from "node:path";
import type { RunOptions } from "../pipeline/openRun.ts";
import type { RunOutcome } from "../pipeline/run.ts";
import { runName, runPaths } from "../pipeline/runFolder.ts";
import { attemptsOf, type ExecutorOptions, executorFor, threadsOfTask, workersOf } from "./executors.ts";
import { wholeNumber } from "./options.ts";

export interface ShardOptions extends ExecutorOptions {
  readonly shards?: string;
  readonly threads?: string;
}

/** Runs a pipeline in shards; the pipeline by the word that found it. */
export async function runInShards(
  run: RunOptions,
  pipeline: string,
  options: ShardOptions,
): Promise<RunOutcome> {
  const { runSharded } = await import("../pipeline/shardedRun.ts");
  const workers = workersOf(options);
  const shards = options.shards === undefined ? workers : wholeNumber("--shards", options.shards, 1);
  const { logs } = runPaths(run.root, runName(run.definition, run.preset));
  const common = ["--preset", run.preset, "--engine", run.engine.name, "--out", resolve(run.root)];
  return runSharded(run, {
    executor: await executorFor(options, logs),
    shards,
    attempts: attemptsOf(options),
    words: (stage) => {
      // Training is one task, and has the machine to itself.
      const threads = threadsOfTask(options, stage === "train" ? 1 : Math.min(workers, shards));
      return ["shard", pipeline, "--stage", stage, ...common, ...threads];
    },
  });
}
