/** @file `l2e run`: train, evaluate and report a pipeline. */

import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { commandLine } from "../../executors/commandLine.ts";
import type { PipelineDefinition, PresetName } from "../../pipeline/definition.ts";
import type { RunOptions } from "../../pipeline/openRun.ts";
import type { RunOutcome } from "../../pipeline/run.ts";
import type { Settings } from "../../pipeline/settings.ts";
import { executorWords, isSharded, withExecutor } from "../executors.ts";
import { exitCodes } from "../failure.ts";
import { lockFolder } from "../holder.ts";
import { interruptible } from "../interruption.ts";
import {
  collect,
  type EngineOptions,
  type OutputOptions,
  repeated,
  withEngine,
  withOutput,
} from "../options.ts";
import { shownProgress } from "../progress.ts";
import {
  followRank,
  leadRanks,
  type RankJob,
  type RankOptions,
  rankJob,
  rankThreads,
  withRanks,
} from "../ranks.ts";
import { clock, engineFor, gitCommit, peakMemory, trackerFromEnvironment } from "../session.ts";
import type { ShardOptions } from "../shardedRun.ts";
import { reportFailures, showResult } from "../showResult.ts";

interface Options extends OutputOptions, EngineOptions, ShardOptions, RankOptions {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly check?: boolean;
  readonly out: string;
  readonly register?: string;
}

const examples = `
Examples:
  l2e run fokker-planck-2d                         the preset quick: a minute or two
  l2e run fokker-planck-2d --preset full           the accuracy that the tables quote
  l2e run fokker-planck-2d --set seed=1 --set evaluation.steps=[1,10]
  l2e run fokker-planck-2d --resume                go on after Ctrl-C, a crash or a power cut
  l2e run ./my-pipeline.ts --check --json          your own pipeline, in a script
  l2e run fokker-planck-2d --executor local --workers 4 --set training.block=4
  l2e run fokker-planck-2d --executor slurm --shards 16 --set training.block=3 --slurm-opt time=60 --slurm-opt train.cpus-per-task=8
  l2e run fokker-planck-2d --set training.microBatches=4 --ranks 4
                                                   four processes share every iteration; any number gives the same bytes
  MLFLOW_TRACKING_URI=http://localhost:5000 l2e run fokker-planck-2d --register ornstein-uhlenbeck

Writes datasets/<name>/, checkpoints/<name>/, runs/<name>/ and mlruns/ below --out, where <name> is the
pipeline's for the preset full and <pipeline>-<preset> otherwise. With MLFLOW_TRACKING_URI the run is recorded on that MLflow server as it
goes; a server that is slow or away costs no training step, and gets what it has missed when it is back.`;

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("train, evaluate and report a pipeline")
    .description(
      "Runs a pipeline from beginning to end: generates densities with the operator as it is, trains it on them, alternates, then evaluates the trained operator and writes a report. What is done is saved, also within a round, so that an interrupted run goes on with --resume and ends in the same bytes.",
    )
    .argument("<pipeline>", "a name from l2e list, or the path of a .ts or .js file of your own")
    .option(
      "-p, --preset <preset>",
      "smoke, quick, full or paper, as far as the pipeline has them (default: quick)",
    )
    .option("-s, --set <path=value>", "change a setting; may be given several times", collect, [])
    .option("-r, --resume", "go on with the run of this name, or finish what it lacks")
    .option("-c, --check", "exit with code 3 when a metric is outside its bounds")
    .option("-o, --out <folder>", "base folder of everything that is written", ".")
    .option("--shards <n>", "cut generation and evaluation into so many tasks (default: one a worker)")
    .option("--register <name>", "also put the trained operator into MLflow's model registry under this name")
    .addHelpText("after", examples);
  withOutput(withRanks(withEngine(withExecutor(command)))).action(
    async (pipeline: string, options: Options) => {
      process.exitCode = await run(pipeline, options);
    },
  );
}

async function run(pipeline: string, given: Options): Promise<number> {
  const job = rankJob(given, process.env);
  const options = rankThreads(given, job);
  const { choosePreset, parseOverride, resolveSettings } = await import("../../pipeline/resolveSettings.ts");
  const overrides = options.set.map(parseOverride);
  const { loadPipeline } = await import("../../pipeline/loadPipeline.ts");
  const definition = await loadPipeline(pipeline);
  const preset = choosePreset(definition, options.preset);
  const settings = resolveSettings(definition, preset, overrides);
  check(
    job === undefined || !isSharded(options),
    () => "--executor and --ranks are two ways to use many processes, and a run takes one of them.",
  );
  const chosen = { pipeline, definition, preset, settings, options };
  if (job !== undefined && job.rank > 0) {
    await follow(job, chosen);
    return exitCodes.done;
  }
  const command = again(pipeline, preset, options);
  const outcome = await interruptible(
    (signal) => carryOut({ ...chosen, signal, job, command }),
    () => options.resume === true,
  );
  if (outcome === undefined) {
    process.stderr.write(`interrupted: ${goOn(command)}\n`);
    return exitCodes.interrupted;
  }
  for (const warning of outcome.warnings) process.stderr.write(`${warning}\n`);
  await showResult(outcome, options);
  return options.check && reportFailures(outcome.result) ? exitCodes.unexpectedMetric : exitCodes.done;
}

/** What is run, on whatever rank. */
interface Chosen {
  /** As the command line names it. */
  readonly pipeline: string;
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
  readonly settings: Settings;
  readonly options: Options;
}

async function follow(job: RankJob, chosen: Chosen): Promise<void> {
  const engine = await engineFor(chosen.options);
  try {
    await followRank(job, { ...chosen, root: resolve(chosen.options.out), engine });
  } finally {
    await engine.dispose();
  }
}

async function carryOut(
  work: Chosen & {
    readonly signal: AbortSignal;
    readonly job: RankJob | undefined;
    readonly command: string;
  },
): Promise<RunOutcome> {
  const { job, options, ...chosen } = work;
  const { runPipeline } = await import("../../pipeline/run.ts");
  const { runInShards } = await import("../shardedRun.ts");
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const commit = await gitCommit();
  const run = { ...chosen, root: resolve(options.out), engine };
  const carriedOut = (given: Partial<RunOptions>) => {
    const whole = {
      ...run,
      ...given,
      resume: options.resume === true,
      lockFolder,
      openTracker: trackerFromEnvironment(
        options.register === undefined ? {} : { registerAs: options.register },
      ),
      progress,
      clock,
      peakMemory,
      ...(commit === undefined ? {} : { gitCommit: commit }),
    };
    return isSharded(options) ? runInShards(whole, work.pipeline, options) : runPipeline(whole);
  };
  try {
    if (job === undefined) return await carriedOut({});
    return await leadRanks(
      { ...job, run, ...commandOf(work), note: progress.note, signal: work.signal },
      carriedOut,
    );
  } finally {
    progress.done();
    await engine.dispose();
  }
}

function goOn(command: string): string {
  return `what is done is saved. Go on with: ${command} --resume`;
}

/** The words by which a rank starts the others, and the command by which the user goes on. */
function commandOf({ command, pipeline, preset, options }: Chosen & { readonly command: string }) {
  const { engine, threads = "1", out, set, rankTimeout } = options;
  const fixed = [
    "--engine",
    engine,
    "--threads",
    threads,
    "--out",
    resolve(out),
    "--rank-timeout",
    rankTimeout,
  ];
  const words = ["run", pipeline, "--preset", preset, ...repeated("--set", set), ...fixed];
  return { words, again: goOn(command) };
}

/** The command that makes the same run. */
function again(pipeline: string, preset: string, options: Options): string {
  const out =
    resolve(options.out) === process.cwd() ? [] : ["--out", relative(process.cwd(), resolve(options.out))];
  const engine = options.engine === "auto" ? [] : ["--engine", options.engine];
  const ranks = options.ranks === undefined ? [] : ["--ranks", options.ranks];
  const words = [...repeated("--set", options.set), ...engine, ...executorWords(options), ...ranks, ...out];
  return commandLine(["l2e", "run", pipeline, "--preset", preset, ...words]);
}
