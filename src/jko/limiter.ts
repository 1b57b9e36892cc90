/** @file The step limiter: how far a density may go along a velocity field before a particle's map folds. */

import { symmetricEigen } from "../linalg/eigen.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";

/** The largest part of its extent by which a step may compress the neighbourhood of a particle. */
export const largestCompression = 0.85;

/**
 * `η = min(1, 0.85/max_i(−τλ_i))` with `λ_i` the smallest eigenvalue of the symmetric part of `∇v`: then
 * `I + ητ∇v` has a positive definite symmetric part at every particle, so none of them folds. A fold would leave
 * a wrong density on its particle for good.
 */
export function stepLimiter(stretch: ArrayLike<number>, tau: number): number {
  let steepest = 0;
  for (let i = 0; i < stretch.length; i++) steepest = Math.max(steepest, -tau * stretch[i]);
  return Math.min(1, largestCompression / steepest);
}

/**
 * {@link stepLimiter} of a velocity in `d` coordinates. Gershgorin's bound of `λ_i` spares nearly all particles its computation.
 */
export function limitedPortion({ jacobian }: FieldArrays, d: number, tau: number): number {
  const harmless = -largestCompression / tau;
  const steep: number[] = [];
  for (let offset = 0; offset < jacobian.length; offset += d * d) {
    const symmetric = (a: number, b: number) =>
      0.5 * (jacobian[offset + a * d + b] + jacobian[offset + b * d + a]);
    let bound = Number.POSITIVE_INFINITY;
    for (let a = 0; a < d; a++) {
      let row = symmetric(a, a);
      for (let b = 0; b < d; b++) if (b !== a) row -= Math.abs(symmetric(a, b));
      bound = Math.min(bound, row);
    }
    if (bound >= harmless) continue;
    const axes = Array.from({ length: d }, (_, a) => a);
    const matrix = axes.map((a) => axes.map((b) => symmetric(a, b)));
    steep.push(symmetricEigen(matrix, "limitedPortion").values[0]);
  }
  return stepLimiter(steep, tau);
}
