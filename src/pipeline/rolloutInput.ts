/** @file Rolls a user's own points out with a trained operator, and draws what becomes of their density. */

import { check } from "../check/check.ts";
import { readSamples, type Samples } from "../datasets/samples.ts";
import { type Standardised, standardise } from "../datasets/standardise.ts";
import { writeTrajectory } from "../datasets/trajectory.ts";
import type { Engine } from "../engine/engine.ts";
import { type ErrorBar, errorBar, type NoErrorBar } from "../jko/errorBar.ts";
import { type Frame, rollout } from "../jko/solver.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import { type KernelDensity, kernelDensity } from "../measures/kernelDensity.ts";
import type { Piece } from "../operator/solver.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import { gridFrames } from "./inputDensity.ts";
import { writeFigure } from "./inputFigure.ts";
import type { LoadedOperator } from "./model.ts";
import type { Progress } from "./progress.ts";
import { errorsByCause, type RolloutErrors, widthOf } from "./rolloutErrors.ts";
import { type HeldStep, type RolloutMethod, rolloutSolver } from "./rolloutSolver.ts";
import { type StepTrust, trustIn } from "./rolloutTrust.ts";

export interface InputRollout {
  readonly loaded: LoadedOperator;
  /** A CSV or Arrow file of points. */
  readonly input: string;
  /** Names of the coordinates; every column of numbers where there are none. */
  readonly columns?: readonly string[];
  readonly steps: number;
  readonly particles: number;
  readonly seed: number;
  /** Kernel width in standard deviations of a coordinate; Silverman's rule without. */
  readonly bandwidth?: number;
  /** Cells a side of the grid on which the density is computed; 0 for none. */
  readonly cells: number;
  /** How steps are made: as the operator makes them, unless it says more. */
  readonly method: RolloutMethod;
  /** Whether to estimate the errors of the last density by cause, which takes further roll-outs. */
  readonly errors: boolean;
  /** Path of the Arrow trajectory; the figures lie beside it. */
  readonly output: string;
  readonly engine: Engine;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Seconds; only differences mean anything. */
  readonly clock: () => number;
}

/** What a roll-out did and where it is. */
export interface InputRolloutResult extends StepTrust {
  readonly schema: "l2e.rollout/1";
  readonly checkpoint: string;
  readonly input: string;
  readonly columns: readonly string[];
  readonly rows: { readonly read: number; readonly leftOut: number };
  readonly standardisation: { readonly mean: readonly number[]; readonly scale: readonly number[] };
  /** Kernel width of the initial density a coordinate, in standard deviations. */
  readonly bandwidth: readonly number[];
  readonly particles: number;
  readonly steps: number;
  readonly tau: number;
  readonly seed: number;
  readonly engine: string;
  /** Energy after each step, in the operator's (standardised) coordinates. */
  readonly energy: readonly number[];
  /** Steps that were made in pieces: so that no particle folds, and where they were halved. */
  readonly dividedSteps: number;
  /** What the errors of the last density are by cause; absent where that was not asked for. */
  readonly errors?: RolloutErrors;
  /** At each time of the figure: mass on the grid, relative L² distance to the exact evolution (null where none is known), cells not inverted. */
  readonly density: readonly {
    readonly time: number;
    readonly mass: number;
    readonly error: number | null;
    readonly unconverged: number;
  }[];
  readonly seconds: { readonly total: number; readonly perStep: number };
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Reads points, standardises them, takes their kernel density as the initial density, samples it, rolls it out
 * and writes the trajectory in the units of the input, with a figure of the density at several times.
 */
export async function rolloutInput(options: InputRollout): Promise<InputRolloutResult> {
  const { loaded, progress, clock, seed, output } = options;
  checkWhole(loaded);
  const input = await readDensity(options);
  const { samples, standardised, measure } = input;
  const key = foldIn(keyFrom(seed), "rollout");
  const course = rolledOut(options, sampleCloud(measure, foldIn(key, "particles"), options.particles), key);
  progress.stage("rollout");
  const began = clock();
  await writeTrajectory(output, {
    frames: course.frames,
    columns: samples.columns,
    tau: loaded.problem.flow.tau,
    seed,
    source: loaded.checkpoint.folder,
    standardisation: standardised,
    metadata: { "l2e.input": options.input, "l2e.pipeline": loaded.definition.name },
  });
  const seconds = clock() - began;
  const trust = trustIn(options.method, course, course.held);
  if (options.errors) progress.stage("errors");
  const errors = options.errors ? await course.errors(input, trust.bars) : undefined;
  // Only the operator's own pieces are known as maps, which a density on a grid is pulled back by.
  const grid = await gridFrames(
    { ...options, cells: isPlain(options.method) ? options.cells : 0, model: loaded.model },
    { measure, standardised, frames: course.kept, steps: course.pieces },
  );
  progress.stage("figure");
  if (samples.dimension > 2)
    progress.note(`the figure is drawn for one and two coordinates, and there are ${samples.dimension}`);
  const figures = await writeFigure(output, { samples, standardised, frames: course.kept, grid });
  return {
    ...describe(options, input),
    energy: course.energy,
    dividedSteps: course.divided(),
    ...trust.report,
    ...(errors === undefined ? {} : { errors }),
    density: (grid?.frames ?? []).map(({ time, mass, error, unconverged }) => ({
      ...{ time, mass, unconverged },
      error: error ?? null,
    })),
    seconds: { total: seconds, perStep: seconds / options.steps },
    files: { trajectory: output, ...figures },
  };
}

/** Standardised coordinates are no phase space: positions and velocities would no longer belong together. */
function checkWhole({ checkpoint, problem: { flow } }: LoadedOperator): void {
  check(
    flow.conservative === undefined,
    () =>
      `rollout: the operator ${checkpoint.folder} makes the dissipative part of ${flow.name}, whose positions and velocities cannot be standardised. Roll it out with rollout() and operatorSolver() of the library, in your own units.`,
  );
}

/** A user's points, and the density that they are taken for. */
interface InputDensity {
  readonly samples: Samples;
  readonly standardised: Standardised;
  /** In standardised coordinates. */
  readonly measure: KernelDensity;
}

async function readDensity({
  loaded,
  input,
  columns,
  bandwidth,
  progress,
}: InputRollout): Promise<InputDensity> {
  const samples = await readSamples(input, columns === undefined ? {} : { columns });
  checkColumns(samples, loaded.problem.flow.dimension, input);
  if (samples.droppedCount > 0)
    progress.note(
      `${samples.droppedCount} of ${samples.rowCount} rows had missing values and ${samples.droppedCount === 1 ? "was" : "were"} left out`,
    );
  const standardised = standardise(samples.points, samples.dimension, samples.columns);
  const measure = kernelDensity(
    standardised.points,
    samples.dimension,
    bandwidth === undefined ? {} : { bandwidth },
  );
  return { samples, standardised, measure };
}

/** A roll-out whose frames are made as they are asked for, and what is known of it once they have been. */
function rolledOut(options: InputRollout, cloud: Cloud, key: Key) {
  const { loaded, steps, method } = options;
  const { flow } = loaded.problem;
  const { context } = loaded.settings.evaluation;
  const operator = { engine: options.engine, model: loaded.model, context };
  const pieces: (readonly Piece[])[] = [];
  const held: HeldStep[] = [];
  const solver = rolloutSolver(operator, method, {
    pieces: (made) => pieces.push(made),
    held: (step) => held.push(step),
  });
  const course = followed(rollout(solver, { flow, cloud }, { steps, key: foldIn(key, "context") }), options);
  return {
    ...course,
    pieces,
    held,
    errors: ({ standardised, measure }: InputDensity, bars: readonly number[] | undefined) =>
      errorsByCause({
        course: { flow, solver: rolloutSolver(operator, method), steps, key: foldIn(key, "errors") },
        operator: rolloutSolver(operator, {}),
        method,
        cloud,
        last: course.last(),
        points: standardised.points,
        bandwidth: measure.bandwidth,
        bars,
        held,
      }),
  };
}

/** What was asked for, and of which points. */
function describe(options: InputRollout, { samples, standardised, measure }: InputDensity) {
  const { loaded, input, particles, steps, seed, engine } = options;
  return {
    schema: "l2e.rollout/1",
    checkpoint: loaded.checkpoint.folder,
    input,
    columns: samples.columns,
    rows: { read: samples.rowCount, leftOut: samples.droppedCount },
    standardisation: { mean: standardised.mean, scale: standardised.scale },
    bandwidth: measure.bandwidth,
    particles,
    steps,
    tau: loaded.problem.flow.tau,
    seed,
    engine: engine.name,
  } as const;
}

/** Whether steps are those of the operator as it makes them. */
function isPlain({ tolerance, secondOrder }: RolloutMethod): boolean {
  return tolerance === undefined && secondOrder === undefined;
}

/** The frames of a roll-out as they pass by, with what is to be remembered of them. */
function followed(frames: AsyncIterable<Frame>, options: InputRollout) {
  const { steps, progress, signal } = options;
  const shown = new Set([0, 1 / 9, 1 / 3, 1].map((fraction) => Math.round(fraction * steps)));
  const kept: Frame[] = [];
  const energy: number[] = [];
  const bars: (ErrorBar | NoErrorBar)[] = [];
  const widths: number[] = [];
  const plain = isPlain(options.method);
  let divided = 0;
  let last: Frame | undefined;
  async function* passing() {
    for await (const frame of frames) {
      signal.throwIfAborted();
      if (shown.has(frame.step)) kept.push(frame);
      if (frame.info !== null) energy.push(frame.info.energy);
      if (frame.info !== null && frame.info.pieces > 1) divided += 1;
      if (last !== undefined) {
        if (plain) bars.push(errorBar(options.loaded.problem.flow, last.cloud, frame.cloud));
        widths.push(widthOf(frame.cloud));
      }
      last = frame;
      progress.update(`step ${frame.step}/${steps}`, frame.step / steps);
      const { positions, logDensity } = frame.cloud;
      yield { step: frame.step, time: frame.time, positions, logDensity };
    }
  }
  return {
    frames: passing(),
    kept,
    energy,
    bars,
    widths,
    divided: () => divided,
    last: () => (last as Frame).cloud,
  };
}

function checkColumns(samples: Samples, dimension: number, input: string): void {
  const { columns } = samples;
  check(columns.length === dimension, () => {
    const choice = `Choose ${dimension} with --columns ${columns.slice(0, dimension).join(",")}`;
    const few = `It needs ${dimension} columns of numbers`;
    return `${input} gives ${columns.length} coordinates (${columns.join(", ")}), and the operator works in ${dimension} dimension${dimension === 1 ? "" : "s"}. ${columns.length > dimension ? choice : few}.`;
  });
}
