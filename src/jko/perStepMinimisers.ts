/** @file The minimisers of a per-step solver, as sequences of parameters that the solver reads until it stops. */

import { check } from "../check/check.ts";
import { ndarray, scalar } from "../engine/array.ts";
import { type Cloud, subcloud } from "../measures/cloud.ts";
import { adamRate, cosineSchedule } from "../optimizers/adam.ts";
import { adamaxRate } from "../optimizers/adamax.ts";
import { lbfgs } from "../optimizers/lbfgs.ts";
import { permutation } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import { cloudArrays } from "./cloudArrays.ts";
import type { Frame } from "./perStepFrame.ts";
import { rowsOf } from "./perStepParticles.ts";
import type { PerStepPrograms } from "./perStepPrograms.ts";

/** L-BFGS on one fixed set of particles, drawn anew each step. */
export interface LbfgsSettings {
  readonly kind: "lbfgs";
  /** Particles of the objective; all that may be trained on where they are fewer. */
  readonly particles: number;
  /** Pairs remembered. */
  readonly memory?: number;
}

/** Adam or Adamax, whose moments start anew each step. */
export interface AdamSettings {
  readonly kind: "adam" | "adamax";
  /** The learning rate, or where it starts. */
  readonly rate: number;
  /** `cosine` takes the rate to zero over the greatest number of iterations. */
  readonly schedule?: "cosine" | "constant";
  /** Particles of a mini-batch; all of them where this is left out. Batches are blocks of a random order, drawn anew for each pass. */
  readonly batch?: number;
}

export type PerStepOptimizer = LbfgsSettings | AdamSettings;

/** Parameters and the number of iterations that led to them. */
export interface PerStepIterate {
  readonly iteration: number;
  readonly parameters: Float32Array;
}

/** One step's minimisation. */
export interface PerStepProblem {
  readonly programs: PerStepPrograms;
  readonly frame: Frame;
  /** The particles that may be trained on. */
  readonly training: Cloud;
  readonly start: Float32Array;
  readonly key: Key;
  /** Most iterations. */
  readonly maximum: number;
}

export function minimiser(
  problem: PerStepProblem,
  settings: PerStepOptimizer,
): AsyncGenerator<PerStepIterate, void, void> {
  return settings.kind === "lbfgs" ? lbfgsSequence(problem, settings) : adamSequence(problem, settings);
}

/**
 * Parameters whose field comes close to given labels, `[n, d]`, in mean squares: by Adam on mini-batches, with a cosine.
 */
export async function fitLabels(
  problem: PerStepProblem,
  labels: ArrayLike<number>,
  settings: { readonly rate: number; readonly batch: number },
): Promise<Float32Array> {
  const { programs, frame, training, maximum } = problem;
  const d = labels.length / training.count;
  const rates = cosineSchedule({ peak: settings.rate, warmup: 1, total: maximum });
  const batches = batchesOf(problem, settings.batch);
  let state = freshState(problem.start);
  for (let t = 1; t <= maximum; t++) {
    const chosen = batches(t);
    const label = ndarray(rowsOf(labels, chosen, d), [1, chosen.length, d]);
    const cloud = { ...cloudArrays(subcloud(training, chosen)), label };
    state = await programs.label(state, { frame, cloud }, scalar(adamRate(rates(t - 1), t)));
  }
  return Float32Array.from(state.parameters.data);
}

async function* lbfgsSequence(
  problem: PerStepProblem,
  settings: LbfgsSettings,
): AsyncGenerator<PerStepIterate, void, void> {
  const { programs, frame, training, start, key } = problem;
  const count = Math.min(settings.particles, training.count);
  const cloud = cloudArrays(subcloud(training, permutation(key, training.count).subarray(0, count)));
  const f = async (point: Float64Array) => {
    const { values, gradient } = await programs.lossAndGradient(flat(point), frame, cloud);
    return { value: mean(values.data), gradient: Float64Array.from(gradient.data) };
  };
  for await (const { iteration, point } of lbfgs(f, Float64Array.from(start), {
    memory: settings.memory ?? 20,
  })) {
    yield { iteration, parameters: Float32Array.from(point) };
  }
}

async function* adamSequence(
  problem: PerStepProblem,
  settings: AdamSettings,
): AsyncGenerator<PerStepIterate, void, void> {
  const { programs, frame, training, start, maximum } = problem;
  const { kind, rate, schedule = "cosine", batch = training.count } = settings;
  const rates =
    schedule === "cosine" ? cosineSchedule({ peak: rate, warmup: 1, total: maximum }) : () => rate;
  const corrected = kind === "adam" ? adamRate : adamaxRate;
  const batches = batch >= training.count ? undefined : batchesOf(problem, batch);
  const whole = cloudArrays(training);
  let state = freshState(start);
  yield { iteration: 0, parameters: start };
  for (let t = 1; ; t++) {
    const cloud = batches === undefined ? whole : cloudArrays(subcloud(training, batches(t)));
    state = await programs[kind](state, { frame, cloud }, scalar(corrected(rates(t - 1), t)));
    yield { iteration: t, parameters: Float32Array.from(state.parameters.data) };
  }
}

/** The particles of iteration `t ≥ 1`; those left over at the end of a pass are left out of it. */
function batchesOf({ training, key }: PerStepProblem, batch: number): (t: number) => Int32Array {
  check(
    Number.isInteger(batch) && batch > 0 && batch <= training.count,
    () => `perStepSolver: batch must be an integer from 1 to the ${training.count} particles, got ${batch}`,
  );
  const perPass = Math.floor(training.count / batch);
  let pass = -1;
  let order: Int32Array = new Int32Array(0);
  return (t) => {
    const now = Math.floor((t - 1) / perPass);
    if (now !== pass) order = permutation(foldIn(key, now), training.count);
    pass = now;
    const start = ((t - 1) % perPass) * batch;
    return order.subarray(start, start + batch);
  };
}

function freshState(start: Float32Array) {
  const zeros = () => ndarray(new Float32Array(start.length), [start.length]);
  return { parameters: flat(start), first: zeros(), second: zeros() };
}

/** A parameter vector as compiled functions take it. */
export function flat(parameters: ArrayLike<number>) {
  return ndarray(Float32Array.from(parameters), [parameters.length]);
}

/** Mean of float32 values, added up in Float64. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
