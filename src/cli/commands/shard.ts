/** @file `l2e shard`: one part of a run, for job arrays of any scheduler. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import type { PresetName } from "../../pipeline/definition.ts";
import type { PartOptions, Share } from "../../pipeline/shard.ts";
import { exitCodes } from "../failure.ts";
import { lockFolder } from "../holder.ts";
import { interruptible } from "../interruption.ts";
import {
  collect,
  type EngineOptions,
  type OutputOptions,
  wholeNumber,
  withEngine,
  withOutput,
} from "../options.ts";
import { type ShownProgress, shownProgress } from "../progress.ts";
import { clock, engineFor, gitCommit, peakMemory, trackerFromEnvironment } from "../session.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions, EngineOptions {
  readonly stage?: string;
  readonly preset?: string;
  readonly set: readonly string[];
  readonly index?: string;
  readonly of?: string;
  readonly out: string;
}

const stages = ["open", "generate", "train", "evaluate"];

const examples = `
Examples:
  l2e shard fokker-planck-2d --stage open --set training.block=3       begin a run whose parts others make
  l2e shard fokker-planck-2d --stage generate --index 3 --of 16        a sixteenth of the next round's trajectories
  l2e shard fokker-planck-2d --stage train                             train that round, once all are there
  l2e shard fokker-planck-2d --stage evaluate --index 0 --of 2         half of the evaluations
  l2e run fokker-planck-2d --resume                                    the rest: what is missing, and the report

The index is that of SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX where --index is not given. Blocks that are there already are not
made again. On SIGTERM or SIGUSR2 a part stops and keeps what it has; a Slurm job that is warned by SIGUSR2 requeues itself.`;

export function addShard(program: Command): void {
  const command = program
    .command("shard")
    .summary("do one part of a run, in a job array of any scheduler")
    .description(
      "Does one part of a run that lies in a shared folder. Generation is cut into blocks of training.block densities, and evaluation into suites; which process makes them changes no byte. l2e run --shards calls this command; with it any scheduler can do the same.",
    )
    .argument("<pipeline>", "a name from l2e list, or the path of a .ts or .js file of your own")
    .requiredOption("--stage <open|generate|train|evaluate>", "what to do")
    .option("-p, --preset <preset>", "the preset of the run (default: quick)")
    .option("-s, --set <path=value>", "change a setting, where the run is opened", collect, [])
    .option("--index <i>", "which part, from 0")
    .option("--of <n>", "how many parts", "1")
    .option("-o, --out <folder>", "base folder of the run, which all processes share", ".")
    .addHelpText("after", examples);
  withOutput(withEngine(command)).action(async (pipeline: string, options: Options) => {
    process.exitCode = await shard(pipeline, options);
  });
}

async function shard(pipeline: string, options: Options): Promise<number> {
  const { stage = "" } = options;
  check(stages.includes(stage), () => `--stage must be one of ${stages.join(", ")}, got "${stage}".`);
  check(
    stage === "open" || options.set.length === 0,
    () => `--set: the settings are those with which the run was opened; give them to --stage open.`,
  );
  const share = shareOf(options);
  const { choosePreset } = await import("../../pipeline/resolveSettings.ts");
  const { loadPipeline } = await import("../../pipeline/loadPipeline.ts");
  const definition = await loadPipeline(pipeline);
  const preset = choosePreset(definition, options.preset);
  const engine = await engineFor({ ...options, ...threadsOfJob(options) });
  const shown = advancing(shownProgress({ quiet: options.quiet === true }));
  const commit = await gitCommit();
  try {
    const done = await interruptible(
      (signal) =>
        carryOut(stage, share, {
          options,
          part: {
            ...{
              definition,
              preset,
              engine,
              signal,
              clock,
              peakMemory,
              lockFolder,
              progress: shown.progress,
            },
            root: resolve(options.out),
            openTracker: trackerFromEnvironment(),
            ...(commit === undefined ? {} : { gitCommit: commit }),
          },
        }),
      shown.hasAdvanced,
    );
    if (done !== undefined) {
      if (options.json === true)
        print(JSON.stringify({ stage, ...share, made: done, peakMemory: peakMemory() }));
      return exitCodes.done;
    }
    const nothing = shown.hasAdvanced() ? "" : ", and nothing was finished: give it more time";
    process.stderr.write(`interrupted: what is done is kept${nothing}\n`);
    return exitCodes.interrupted;
  } finally {
    shown.progress.done();
    await engine.dispose();
  }
}

async function carryOut(
  stage: string,
  share: Share,
  {
    options,
    part,
  }: { readonly options: Options; readonly part: PartOptions & { readonly preset: PresetName } },
): Promise<number> {
  const { evaluateShare, generateShare, trainRound } = await import("../../pipeline/shard.ts");
  if (stage === "open") {
    const { parseOverride, resolveSettings } = await import("../../pipeline/resolveSettings.ts");
    const { openShardedRun } = await import("../../pipeline/shardedRun.ts");
    const settings = resolveSettings(part.definition, part.preset, options.set.map(parseOverride));
    await openShardedRun({ ...part, settings, resume: false });
    return 1;
  }
  if (stage === "generate") return generateShare(part, share);
  return stage === "train" ? trainRound(part) : evaluateShare(part, share);
}

function shareOf(options: Options): Share {
  const { SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX } = process.env;
  const of = wholeNumber("--of", options.of ?? "1", 1);
  const index = options.index ?? SLURM_ARRAY_TASK_ID ?? JOB_COMPLETION_INDEX ?? (of === 1 ? "0" : undefined);
  check(
    index !== undefined,
    () => `--index: which of the ${of} parts? Give --index, SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX.`,
  );
  const share = { index: wholeNumber("--index", index, 0), of };
  check(share.index < of, () => `--index ${index}: the parts are 0 to ${of - 1}, since --of is ${of}.`);
  return share;
}

/** As many threads as the job has cores. */
function threadsOfJob(options: Options): { readonly threads?: string } {
  const { SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE } = process.env;
  const threads = options.threads ?? SLURM_CPUS_PER_TASK ?? SLURM_CPUS_ON_NODE;
  return threads === undefined ? {} : { threads };
}

/** Notes whether anything was finished: a job that runs out of time without that would be requeued for ever. */
function advancing(progress: ShownProgress) {
  let advanced = false;
  return {
    hasAdvanced: () => advanced,
    progress: {
      ...progress,
      update(message: string, fraction?: number) {
        advanced ||= fraction !== undefined;
        progress.update(message, fraction);
      },
    },
  };
}
