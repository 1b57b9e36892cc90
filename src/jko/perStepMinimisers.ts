/** @file The minimisers of a per-step solver, as sequences of parameters that the solver reads until it stops. */

import { ndarray, scalar } from "../engine/array.ts";
import type { Cloud } from "../measures/cloud.ts";
import { adamRate, cosineSchedule } from "../optimizers/adam.ts";
import { lbfgs } from "../optimizers/lbfgs.ts";
import { integers, permutation } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { Frame } from "./perStepField.ts";
import { cloudArrays, subcloud } from "./perStepParticles.ts";
import type { PerStepPrograms } from "./perStepPrograms.ts";

/** L-BFGS on one fixed set of particles, drawn anew each step. */
export interface LbfgsSettings {
  readonly kind: "lbfgs";
  /** Particles of the objective; all that may be trained on where they are fewer. */
  readonly particles: number;
  /** Pairs remembered. */
  readonly memory?: number;
}

/** Adam on mini-batches drawn anew each iteration. */
export interface AdamSettings {
  readonly kind: "adam";
  /** Peak of the learning rate, which a cosine takes to zero over the greatest number of iterations. */
  readonly rate: number;
  /** Particles of a mini-batch. */
  readonly batch: number;
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
  const { programs, frame, training, start, key, maximum } = problem;
  const rates = cosineSchedule({ peak: settings.rate, warmup: 1, total: maximum });
  const zeros = () => ndarray(new Float32Array(start.length), [start.length]);
  let state = { parameters: flat(start), first: zeros(), second: zeros() };
  yield { iteration: 0, parameters: start };
  for (let iteration = 1; ; iteration++) {
    const drawn = integers(foldIn(key, iteration), training.count, settings.batch);
    const cloud = cloudArrays(subcloud(training, drawn));
    const rate = scalar(adamRate(rates(iteration - 1), iteration));
    state = await programs.adamIteration(state, { frame, cloud }, rate);
    yield { iteration, parameters: Float32Array.from(state.parameters.data) };
  }
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
