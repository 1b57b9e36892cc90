/** @file `l2e rollout`: evolve points of your own with a trained operator. */

import { basename, extname } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../check/check.ts";
import type { InputRolloutResult } from "../../pipeline/rolloutInput.ts";
import type { SecondOrder } from "../../pipeline/rolloutSolver.ts";
import { exitCodes } from "../failure.ts";
import { interruptible } from "../interruption.ts";
import {
  type EngineOptions,
  namedNumbers,
  names,
  type OutputOptions,
  positiveNumber,
  wholeNumber,
  withEngine,
  withOutput,
} from "../options.ts";
import { duration, shownProgress } from "../progress.ts";
import { clock, engineFor } from "../session.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions, EngineOptions {
  readonly input: string;
  readonly columns?: string;
  readonly steps: string;
  readonly tau?: string;
  readonly at?: readonly string[];
  readonly particles: string;
  readonly seed: string;
  readonly bandwidth?: string;
  readonly grid: string;
  readonly tolerance?: string;
  readonly secondOrder?: string;
  readonly errors: boolean;
  readonly lattice: boolean;
  readonly output?: string;
  readonly pipeline?: string;
}

const examples = `
Examples:
  l2e rollout checkpoints/fokker-planck-2d --input penguins.csv --columns bill_length_mm,flipper_length_mm --steps 30
  l2e rollout checkpoints/fokker-planck-2d --input penguins.csv --columns bill_length_mm,flipper_length_mm --tolerance 1
  l2e rollout checkpoints/fokker-planck-2d --input points.arrow --steps 100 --particles 200000 --output evolved.arrow

The points are standardised, smoothed by a Gaussian kernel, and sampled; the trajectory is written in the units of
the input, as an Arrow file that pyarrow, polars and R read, with a figure beside it.

Every step has an error bar: a bound of its distance from the exact JKO step, in % of the width √Var of the density
(1 % of the width is 0.01 % of unexplained variance). With --tolerance or --second-order the density is not put on a grid.`;

export function addRollout(program: Command): void {
  const command = program
    .command("rollout")
    .summary("evolve points of your own with a trained operator")
    .description(
      "Reads points from a CSV, Arrow or Parquet file, takes their kernel density as the initial density, evolves it with a trained operator, one forward pass a step, and writes the particles with their log-densities after every step, and a figure.",
    )
    .argument("<checkpoint>", "the folder of a checkpoint")
    .requiredOption("-i, --input <file>", "points: .csv, .tsv, .arrow, .feather or .parquet, also with .gz")
    .option("--columns <a,b>", "the columns that are coordinates (default: every column of numbers)")
    .option("-k, --steps <K>", "steps to make", "20")
    .option(
      "--tau <t>",
      "length of a step, for an operator that has learnt a range of them (default: its own)",
    )
    .option(
      "--at <name=value...>",
      "parameters of the flow, for an operator that has learnt a range of them (default: its own)",
    )
    .option("-n, --particles <N>", "particles", "20000")
    .option("--seed <n>", "seed of the particles", "0")
    .option("--bandwidth <h>", "kernel width, in standard deviations of a column (default: Silverman's rule)")
    .option("--grid <cells>", "cells a side of the grid of the density; 0 for particles alone", "256")
    .option(
      "--tolerance <percent>",
      "largest error of a step, in % of the width √Var of the density, for the map (by its error bar) and for the time step each: steps are refined, divided, or solved anew",
    )
    .option(
      "--second-order <local|global>",
      "Richardson extrapolation in the time step, in every step or of the whole",
    )
    .option(
      "--no-lattice",
      "ask the network at every particle, as whoever runs operator.onnx does; on the line and in the plane it is asked at the nodes of a lattice where particles are many",
    )
    .option(
      "--no-errors",
      "do not estimate the errors of the last density by cause, which takes further roll-outs",
    )
    .option("-o, --output <file>", "the trajectory (default: <input>-trajectory.arrow in this folder)")
    .option(
      "--pipeline <file>",
      "the pipeline that the operator was trained with, where it is a file of your own",
    )
    .addHelpText("after", examples);
  withOutput(withEngine(command)).action(async (checkpoint: string, options: Options) => {
    process.exitCode = await rolloutCommand(checkpoint, options);
  });
}

async function rolloutCommand(checkpoint: string, options: Options): Promise<number> {
  const columns = names(options.columns);
  const numbers = {
    steps: wholeNumber("--steps", options.steps, 1),
    particles: wholeNumber("--particles", options.particles, 2),
    seed: wholeNumber("--seed", options.seed, 0),
    cells: wholeNumber("--grid", options.grid, 0),
    ...(options.bandwidth === undefined
      ? {}
      : { bandwidth: positiveNumber("--bandwidth", options.bandwidth) }),
  };
  const method = {
    lattice: options.lattice,
    ...(options.tolerance === undefined
      ? {}
      : { tolerance: positiveNumber("--tolerance", options.tolerance) }),
    ...(options.secondOrder === undefined ? {} : { secondOrder: secondOrder(options.secondOrder) }),
  };
  const conditions = {
    ...(options.tau === undefined ? {} : { tau: positiveNumber("--tau", options.tau) }),
    ...namedNumbers("--at", options.at ?? []),
  };
  const { atConditions, loadOperator } = await import("../../pipeline/model.ts");
  const loaded = await loadOperator(
    checkpoint,
    options.pipeline === undefined ? {} : { pipeline: options.pipeline },
  );
  const { rolloutInput } = await import("../../pipeline/rolloutInput.ts");
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const result = await interruptible((signal) =>
    rolloutInput({
      loaded: atConditions(loaded, conditions),
      input: options.input,
      ...(columns === undefined ? {} : { columns }),
      ...numbers,
      method,
      errors: options.errors,
      output: options.output ?? `${nameOf(options.input)}-trajectory.arrow`,
      engine,
      progress,
      signal,
      clock,
    }),
  ).finally(() => progress.done());
  await engine.dispose();
  if (result === undefined) {
    process.stderr.write("interrupted: no trajectory was written. Give the same command again.\n");
    return exitCodes.interrupted;
  }
  if (options.json === true) print(JSON.stringify(result));
  else show(result);
  return exitCodes.done;
}

/** The name of a file without what says how it is stored: `points` of `points.csv.gz`. */
function nameOf(path: string): string {
  const name = basename(path).replace(/\.gz$/i, "");
  return basename(name, extname(name));
}

function show(result: InputRolloutResult): void {
  const { rows, particles, steps, tau, seconds, energy, dividedSteps, density, files } = result;
  const time = Number((steps * tau).toPrecision(4));
  print(
    `${rows.read - rows.leftOut} points of ${result.columns.join(", ")}; ${particles} particles, ${steps} steps of ${tau} to time ${time}`,
  );
  const [first, last] = [energy[0], energy[energy.length - 1]].map((value) => value.toPrecision(4));
  print(`energy ${first} after the first step, ${last} after the last; ${dividedSteps} steps made in pieces`);
  print(`${duration(seconds.total)}, ${(1000 * seconds.perStep).toPrecision(3)} ms a step`);
  showTrust(result);
  for (const { time, mass, error } of density) {
    const against =
      error === null ? "" : `, ${(100 * error).toPrecision(2)} % from the exact evolution (relative L²)`;
    print(`density at t = ${Number(time.toPrecision(4))}: mass ${mass.toFixed(4)} on the grid${against}`);
  }
  for (const [name, path] of Object.entries(files)) print(`${name}: ${path}`);
}

/** What is known of the errors: of single steps, and of the last density by cause. */
function showTrust({ errorBars, noErrorBars, tolerance, errors, steps }: InputRolloutResult): void {
  const percent = (value: number | null | undefined) =>
    value === null || value === undefined ? "unknown" : `${value.toPrecision(2)} %`;
  if (errorBars === null) print(`no error bar: ${noErrorBars}`);
  else {
    print(
      `error bar of a step: ${percent(errorBars[0])} of the width in the first step, ${percent(Math.max(...errorBars))} at most, ${percent(errorBars.at(-1))} in the last`,
    );
  }
  if (tolerance !== undefined) {
    const { asked, met, parts, refined, replaced } = tolerance;
    print(
      `tolerance ${asked} %: met in ${met} of ${steps} steps, which have ${parts} parts; ${refined} parts refined, ${replaced} by the per-step solver`,
    );
  }
  if (errors !== undefined) {
    print(
      `errors of the last density, in % of its width: sampling ${percent(errors.sampling)}, operator ${errors.operator === null ? "unknown" : `at most ${percent(errors.operator)}`}, time step ${percent(errors.timeStep)}`,
    );
  }
}

function secondOrder(given: string): SecondOrder {
  if (given === "local" || given === "global") return given;
  throw new InputError(`--second-order must be local or global, got ${given}`);
}
