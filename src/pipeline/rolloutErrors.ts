/** @file What is wrong with a roll-out of somebody's own points, by cause: few points, the operator, the time step. */

import { convexityOf } from "../energies/convexity.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { halfOf, relativeDistance } from "../jko/halving.ts";
import { rollout, type Solver } from "../jko/solver.ts";
import type { Cloud } from "../measures/cloud.ts";
import { kernelDensity } from "../measures/kernelDensity.ts";
import { moments } from "../metrics/statistics.ts";
import { wassersteinGaussian } from "../metrics/wasserstein.ts";
import { integers, normals } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { HeldStep, RolloutMethod } from "./rolloutSolver.ts";

/** Errors of the last density, distances in % of its width `√Var`; null where one is not known. */
export interface RolloutErrors {
  /** How far the density of another sample of as many points would be, by mean and covariance (bootstrap). */
  readonly sampling: number | null;
  /** How far the operator's steps have led away from exact ones, by their error bars. */
  readonly operator: number | null;
  /** How far exact steps of this length are from the equation, by halving them. */
  readonly timeStep: number | null;
}

interface Course {
  readonly flow: GradientFlow;
  readonly solver: Solver<unknown>;
  readonly steps: number;
  readonly key: Key;
}

/**
 * Estimates the errors by cause. That of the time step comes from a roll-out in steps of half the length, or, where steps were held to a
 * tolerance, from the differences that were found on the way.
 */
export async function errorsByCause(options: {
  readonly course: Course;
  /** The operator alone, with which resampled points are rolled out: they differ far more than steps do by their making. */
  readonly operator: Solver<unknown>;
  readonly method: RolloutMethod;
  readonly cloud: Cloud;
  readonly last: Cloud;
  /** Row-major, standardised; `bandwidth` is that of their kernel density. */
  readonly points: Float64Array;
  readonly bandwidth: readonly number[];
  /** Error bars in units of length; undefined where there are none. */
  readonly bars: readonly number[] | undefined;
  readonly held: readonly HeldStep[];
}): Promise<RolloutErrors> {
  const { course, operator, method, cloud, last, points, bandwidth, bars, held } = options;
  return {
    sampling: await samplingError({ ...course, solver: operator }, points, bandwidth),
    operator: bars === undefined ? null : accumulated(course.flow, bars, last),
    timeStep:
      method.tolerance === undefined
        ? await timeStepError(course, cloud, method.secondOrder === undefined ? 1 : 2)
        : 100 * held.reduce((sum, { difference }) => sum + difference, 0),
  };
}

/**
 * The error bars of all steps as one: an error contracts by `1/(1 + λτ)` with every further step (to first order in `τ`), so they add up to
 * `Σ_k bar_k (1 + λτ)^{−(K−k)}`, here in % of the last width.
 *
 * @param bars in units of length.
 */
export function accumulated(flow: GradientFlow, bars: readonly number[], last: Cloud): number | null {
  const { lambda } = convexityOf(flow.energy);
  if (lambda === undefined) return null;
  const factor = 1 + lambda * flow.tau;
  const sum = bars.reduce((total, bar) => total / factor + bar, 0);
  return (100 * sum) / widthOf(last);
}

/** Particles with which errors are estimated. */
const particles = 4096;

/**
 * The error of the time step at the end, in % of the width: particles are rolled out in steps of `τ` and of `τ/2`, and the distance
 * between them is `1 − 2^{−p}` of the error of a method of order `p`.
 */
export async function timeStepError(course: Course, cloud: Cloud, order: number): Promise<number> {
  const { flow, solver, steps, key } = course;
  const part = firstOf(cloud, particles);
  const whole = await lastOf(solver, { flow, cloud: part }, { steps, key });
  const halved = await lastOf(solver, { flow: halfOf(flow), cloud: part }, { steps: 2 * steps, key });
  return (100 * relativeDistance(whole, halved)) / (1 - 0.5 ** order);
}

/** Bootstrap samples. */
const replicates = 10;

/**
 * The sampling error at the end, in % of the width: `m = min(n, 4096)` rows are drawn with replacement ten times, each sample is rolled
 * out from its own kernel density, and of any two final densities the squared distance (`W₂` between Gaussians of their means and
 * covariances) is twice the variance. Particles are shared evenly among the rows and shaken alike in all samples, so that they
 * add no noise of their own.
 *
 * @param points row-major, standardised.
 */
export async function samplingError(
  course: Course,
  points: Float64Array,
  bandwidth: readonly number[],
): Promise<number> {
  const { flow, solver, steps, key } = course;
  const d = flow.dimension;
  const rows = points.length / d;
  const drawn = Math.min(rows, particles);
  const count = drawn * Math.ceil(particles / 2 / drawn);
  const shake = normals(foldIn(key, "shake"), count * d);
  const ends: ReturnType<typeof moments>[] = [];
  for (let b = 0; b < replicates; b++) {
    const chosen = integers(foldIn(foldIn(key, "resample"), b), rows, drawn);
    const sample = Float64Array.from(
      { length: drawn * d },
      (_, j) => points[chosen[Math.floor(j / d)] * d + (j % d)],
    );
    const positions = shake.map(
      (z, j) => sample[(Math.floor(j / d) % drawn) * d + (j % d)] + bandwidth[j % d] * z,
    );
    const logDensity = kernelDensity(sample, d, { bandwidth }).logDensity(positions);
    const cloud = { dimension: d, count, positions, logDensity };
    ends.push(moments((await lastOf(solver, { flow, cloud }, { steps, key })).positions, d));
  }
  const squares = ends.flatMap((one, i) =>
    ends.slice(0, i).map((two) => wassersteinGaussian(one, two) ** 2 / 2),
  );
  const variance = squares.reduce((sum, s) => sum + s, 0) / squares.length;
  const width = ends.reduce((sum, { covariance }) => sum + traceOf(covariance) / ends.length, 0);
  return 100 * Math.sqrt(((variance / width) * drawn) / rows);
}

async function lastOf(
  solver: Solver<unknown>,
  problem: { readonly flow: GradientFlow; readonly cloud: Cloud },
  options: { readonly steps: number; readonly key: Key },
): Promise<Cloud> {
  let last = problem.cloud;
  for await (const { cloud } of rollout(solver, problem, options)) last = cloud;
  return last;
}

function firstOf(cloud: Cloud, count: number): Cloud {
  if (cloud.count <= count) return cloud;
  return {
    ...cloud,
    count,
    positions: cloud.positions.slice(0, count * cloud.dimension),
    logDensity: cloud.logDensity.slice(0, count),
  };
}

/** The width of a density, `√Var` with the trace of its covariance. */
export function widthOf({ positions, dimension }: Cloud): number {
  return Math.sqrt(traceOf(moments(positions, dimension).covariance));
}

function traceOf(covariance: readonly (readonly number[])[]): number {
  return covariance.reduce((sum, row, a) => sum + row[a], 0);
}
