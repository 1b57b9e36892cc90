/** @file How far a computed transport map is from the exact one, at shared points of the initial measure. */

import { check } from "../check/check.ts";
import { moments } from "./statistics.ts";

/**
 * `L²-UVP = 100 · E|T − T*|² / Var(ρ*)` in percent, with `Var` the trace of the covariance of the exact images.
 * Bounds `100 · W₂²(ρ, ρ*)/Var(ρ*)` from above and has no sampling floor, since both maps act on the same points.
 *
 * @param computed row-major `T(x_i)`; `exact` the same points under `T*`.
 */
export function unexplainedVariance(
  computed: ArrayLike<number>,
  exact: ArrayLike<number>,
  dimension: number,
): number {
  const { covariance } = moments(exact, dimension);
  const variance = covariance.reduce((sum, row, a) => sum + row[a], 0);
  check(variance > 0, () => "unexplainedVariance: the exact images must not all coincide");
  return (100 * squaredDistance(computed, exact)) / (exact.length / dimension) / variance;
}

/** `E|T − T*|² / E|T* − x|²`: the squared error as a part of how far the exact map moves the mass (not in percent). */
export function relativeDisplacementError(images: {
  readonly initial: ArrayLike<number>;
  readonly computed: ArrayLike<number>;
  readonly exact: ArrayLike<number>;
}): number {
  const { initial, computed, exact } = images;
  const moved = squaredDistance(exact, initial);
  check(moved > 0, () => "relativeDisplacementError: the exact map must move the points, got the identity");
  return squaredDistance(computed, exact) / moved;
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  check(
    a.length === b.length,
    () => `map errors: both point arrays must have the same length, got ${a.length} and ${b.length}`,
  );
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}
