/** @file The weights of mixtures. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";

/** Throws unless the weights are not empty, not negative and of sum 1 (within 1e-6); `where` names the caller. */
export function checkWeights(where: string, weights: Vector): void {
  check(weights.length > 0, () => `${where}: weights must have at least one entry, got none`);
  weights.forEach((w, k) => {
    check(w >= 0 && w < Infinity, () => `${where}: weights must not be negative, got ${w} at index ${k}`);
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  check(
    Math.abs(total - 1) < 1e-6,
    () => `${where}: weights must sum to 1, got a sum of ${total}. Divide them by it.`,
  );
}

/** Throws unless a list has the expected length; `what` names the caller and the list. */
export function checkCount(what: string, got: number, expected: number): void {
  check(got === expected, () => `${what} must have length ${expected}, got ${got}`);
}

/** `w_k / Σ_j w_j`, so that the sum is 1 to round-off. */
export function unitSum(weights: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let k = 0; k < weights.length; k++) total += weights[k];
  return Float64Array.from(weights, (w) => w / total);
}
