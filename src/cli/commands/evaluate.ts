/** @file `l2e evaluate`: hold a trained operator against exact solutions and per-step solvers. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { commandLine } from "../../executors/commandLine.ts";
import { exitCodes } from "../failure.ts";
import { lockFolder } from "../holder.ts";
import { interruptible } from "../interruption.ts";
import {
  collect,
  type EngineOptions,
  names,
  type OutputOptions,
  repeated,
  withEngine,
  withOutput,
} from "../options.ts";
import { shownProgress } from "../progress.ts";
import { clock, engineFor } from "../session.ts";
import { reportFailures, showResult } from "../showResult.ts";

interface Options extends OutputOptions, EngineOptions {
  readonly suite?: string;
  readonly set: readonly string[];
  readonly pipeline?: string;
  readonly check?: boolean;
  readonly out: string;
}

const examples = `
Examples:
  l2e evaluate checkpoints/fokker-planck-2d
  l2e evaluate checkpoints/fokker-planck-2d --suite gaussians --set evaluation.densities=256
  l2e evaluate checkpoints/mine --pipeline ./my-pipeline.ts --json

Writes runs/<checkpoint>-evaluation/ below --out.`;

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("hold a trained operator against exact solutions and per-step solvers")
    .description(
      "Loads a checkpoint and runs the evaluations of the pipeline that it was trained with, on held-out densities: errors against exact solutions beside those of methods that cost nothing, long roll-outs, speed.",
    )
    .argument("<checkpoint>", "the folder of a checkpoint")
    .option("--suite <names>", "only these evaluations, separated by commas")
    .option(
      "-s, --set <path=value>",
      "change a setting of the evaluation; may be given several times",
      collect,
      [],
    )
    .option(
      "--pipeline <file>",
      "the pipeline that the operator was trained with, where it is a file of your own",
    )
    .option("-c, --check", "exit with code 3 when a metric is outside its bounds")
    .option("-o, --out <folder>", "base folder of what is written", ".")
    .addHelpText("after", examples);
  withOutput(withEngine(command)).action(async (checkpoint: string, options: Options) => {
    process.exitCode = await evaluate(checkpoint, options);
  });
}

async function evaluate(checkpoint: string, options: Options): Promise<number> {
  const { parseOverride } = await import("../../pipeline/resolveSettings.ts");
  const overrides = options.set.map(parseOverride);
  const suites = names(options.suite);
  const { evaluationSettings, loadOperator } = await import("../../pipeline/model.ts");
  const { chooseSuites } = await import("../../pipeline/evaluateStage.ts");
  const loaded = await loadOperator(
    checkpoint,
    options.pipeline === undefined ? {} : { pipeline: options.pipeline },
  );
  chooseSuites(loaded.definition.evaluations(evaluationSettings(loaded, overrides)), suites);
  const { evaluateCheckpoint } = await import("../../pipeline/evaluateCheckpoint.ts");
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const outcome = await interruptible((signal) =>
    evaluateCheckpoint({
      loaded,
      ...(suites === undefined ? {} : { suites }),
      overrides,
      root: resolve(options.out),
      engine,
      lockFolder,
      progress,
      signal,
      clock,
      command: again(checkpoint, options),
    }),
  ).finally(() => progress.done());
  await engine.dispose();
  if (outcome === undefined) {
    process.stderr.write("interrupted: nothing was written. Give the same command again.\n");
    return exitCodes.interrupted;
  }
  await showResult(outcome, options);
  return options.check && reportFailures(outcome.result) ? exitCodes.unexpectedMetric : exitCodes.done;
}

function again(checkpoint: string, options: Options): string {
  const suite = options.suite === undefined ? [] : ["--suite", options.suite];
  const pipeline = options.pipeline === undefined ? [] : ["--pipeline", options.pipeline];
  return commandLine([
    "l2e",
    "evaluate",
    checkpoint,
    ...suite,
    ...repeated("--set", options.set),
    ...pipeline,
  ]);
}
