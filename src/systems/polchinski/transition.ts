/** @file The exact law of Polchinski's flow: Ornstein and Uhlenbeck's process with coefficients that change in time. */

import { check } from "../../check/check.ts";
import type { Vector } from "../../linalg/matrix.ts";
import type { GaussianParameters } from "../../measures/gaussian.ts";
import { normals } from "../../random/draw.ts";
import type { Key } from "../../random/key.ts";
import type { CovarianceSchedule } from "./schedules.ts";

/** `φ_t | φ_s ~ N(a φ_s, v)`, one number a mode. */
export interface Transition {
  readonly decay: Vector;
  readonly variance: Vector;
}

/**
 * From the time `s` to `t ≥ s`: `a = R_t R_s⁻¹` and `v = a (C_t − C_s)`, the solution of `dφ = −Ċ R⁻¹ φ dt + Ċ^{½} dB`. From `s = 0` it is
 * `N(R_t R_0⁻¹ φ_0, R_t R_0⁻¹ C_t)`, whatever `V_0`.
 */
export function polchinskiTransition(
  schedule: CovarianceSchedule,
  { from = 0, to }: { readonly from?: number; readonly to: number },
): Transition {
  check(
    from >= 0 && to >= from && to <= schedule.end,
    () => `polchinskiTransition: times must have 0 ≤ from ≤ to ≤ ${schedule.end}, got ${from} and ${to}`,
  );
  const [before, after] = [schedule.decay(from), schedule.decay(to)];
  const [start, end] = [schedule.covariance(from), schedule.covariance(to)];
  const decay = after.map((value, k) => value / before[k]);
  return { decay, variance: decay.map((a, k) => a * (end[k] - start[k])) };
}

/** Mean and covariance after a transition, of any density. */
export function transitionMoments(
  { decay, variance }: Transition,
  { mean, covariance }: GaussianParameters,
): GaussianParameters {
  return {
    mean: mean.map((value, k) => decay[k] * value),
    covariance: covariance.map((row, i) =>
      row.map((value, j) => decay[i] * decay[j] * value + (i === j ? variance[i] : 0)),
    ),
  };
}

/** The fourth moment of a mode with mean zero after a transition: `a⁴m₄ + 6a²m₂v + 3v²`. */
export function transitionFourthMoment(
  { decay, variance }: Transition,
  before: { readonly mode: number; readonly second: number; readonly fourth: number },
): number {
  const [a, v] = [decay[before.mode], variance[before.mode]];
  return a ** 4 * before.fourth + 6 * a ** 2 * before.second * v + 3 * v ** 2;
}

/** One draw of the transition for every point, row-major `[n, d]` in modes. */
export function sampleTransition(
  { decay, variance }: Transition,
  points: ArrayLike<number>,
  key: Key,
): Float64Array {
  const d = decay.length;
  const noise = normals(key, points.length);
  return noise.map((xi, i) => decay[i % d] * points[i] + Math.sqrt(variance[i % d]) * xi);
}
