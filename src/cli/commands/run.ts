/** @file `l2e run`: train, evaluate and report a pipeline. */

import { relative, resolve } from "node:path";
import type { Command } from "commander";
import type { PipelineDefinition, PresetName } from "../../pipeline/definition.ts";
import type { RunOutcome } from "../../pipeline/run.ts";
import type { Settings } from "../../pipeline/settings.ts";
import { exitCodes } from "../failure.ts";
import { lockFolder } from "../holder.ts";
import { interruptible } from "../interruption.ts";
import {
  collect,
  commandLine,
  type EngineOptions,
  type OutputOptions,
  withEngine,
  withOutput,
} from "../options.ts";
import { shownProgress } from "../progress.ts";
import { clock, engineFor, gitCommit, peakMemory, trackerFromEnvironment } from "../session.ts";
import { reportFailures, showResult } from "../showResult.ts";

interface Options extends OutputOptions, EngineOptions {
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
  MLFLOW_TRACKING_URI=http://localhost:5000 l2e run fokker-planck-2d --register ornstein-uhlenbeck

Writes datasets/<name>/, checkpoints/<name>/, runs/<name>/ and mlruns/ below --out, where <name> is the
pipeline's for the preset full and <pipeline>-<preset> otherwise. With MLFLOW_TRACKING_URI the run is recorded on that MLflow server as it
goes; a server that is slow or away costs no training step, and gets what it has missed when it is back.`;

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("train, evaluate and report a pipeline")
    .description(
      "Runs a pipeline from beginning to end: generates densities with the operator as it is, trains it on them, alternates, then evaluates the trained operator and writes a report. Every finished round is saved, so that an interrupted run goes on with --resume and ends in the same bytes.",
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
    .option("--register <name>", "also put the trained operator into MLflow's model registry under this name")
    .addHelpText("after", examples);
  withOutput(withEngine(command)).action(async (pipeline: string, options: Options) => {
    process.exitCode = await run(pipeline, options);
  });
}

async function run(pipeline: string, options: Options): Promise<number> {
  const { choosePreset, parseOverride, resolveSettings } = await import("../../pipeline/resolveSettings.ts");
  const overrides = options.set.map(parseOverride);
  const { loadPipeline } = await import("../../pipeline/loadPipeline.ts");
  const definition = await loadPipeline(pipeline);
  const preset = choosePreset(definition, options.preset);
  const settings = resolveSettings(definition, preset, overrides);
  const outcome = await interruptible((signal) =>
    carryOut({ definition, preset, settings, options, signal, command: again(pipeline, preset, options) }),
  );
  if (outcome === undefined) {
    const resume = `${again(pipeline, preset, options)} --resume`;
    process.stderr.write(`interrupted: every finished round is saved. Go on with: ${resume}\n`);
    return exitCodes.interrupted;
  }
  for (const warning of outcome.warnings) process.stderr.write(`${warning}\n`);
  await showResult(outcome, options);
  return options.check && reportFailures(outcome.result) ? exitCodes.unexpectedMetric : exitCodes.done;
}

async function carryOut(job: {
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
  readonly settings: Settings;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly command: string;
}): Promise<RunOutcome> {
  const { options } = job;
  const { runPipeline } = await import("../../pipeline/run.ts");
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const commit = await gitCommit();
  try {
    return await runPipeline({
      ...job,
      root: resolve(options.out),
      resume: options.resume === true,
      engine,
      lockFolder,
      openTracker: trackerFromEnvironment(
        options.register === undefined ? {} : { registerAs: options.register },
      ),
      progress,
      clock,
      peakMemory,
      ...(commit === undefined ? {} : { gitCommit: commit }),
    });
  } finally {
    progress.done();
    await engine.dispose();
  }
}

/** The command that makes the same run. */
function again(pipeline: string, preset: string, options: Options): string {
  const out =
    resolve(options.out) === process.cwd() ? [] : ["--out", relative(process.cwd(), resolve(options.out))];
  const engine = options.engine === "auto" ? [] : ["--engine", options.engine];
  const sets = options.set.flatMap((text) => ["--set", text]);
  return commandLine(["l2e", "run", pipeline, "--preset", preset, ...sets, ...engine, ...out]);
}
