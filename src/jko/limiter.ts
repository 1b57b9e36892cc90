/** @file The step limiter: how far a density may go along a velocity field before a particle's map folds. */

import { symmetricEigen } from "../linalg/eigen.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";

/** The largest part of its extent by which a step may compress the neighbourhood of a particle. */
export const largestCompression = 0.85;

/**
 * `η = min(1, 0.85/max_i(−τλ_i))` with `λ_i` the smallest eigenvalue of the symmetric part of `∇v`: then
 * `I + ητ∇v` has a positive definite symmetric part at every particle, so none of them folds. A fold would leave
 * a wrong density on its particle for good. Gershgorin's bound of `λ_i` spares nearly all particles its computation.
 *
 * @param velocity in `d` coordinates.
 */
export function limitedPortion({ jacobian }: FieldArrays, d: number, tau: number): number {
  const harmless = -largestCompression / tau; // down to here the whole step is made
  let least = harmless;
  for (let offset = 0; offset < jacobian.length; offset += d * d) {
    const symmetric = (a: number, b: number) =>
      0.5 * (jacobian[offset + a * d + b] + jacobian[offset + b * d + a]);
    let bound = Number.POSITIVE_INFINITY;
    for (let a = 0; a < d; a++) {
      let row = symmetric(a, a);
      for (let b = 0; b < d; b++) if (b !== a) row -= Math.abs(symmetric(a, b));
      bound = Math.min(bound, row);
    }
    if (!(bound < least)) continue; // nor is what is not finite, which moving the particles brings to light
    const axes = Array.from({ length: d }, (_, a) => a);
    const matrix = axes.map((a) => axes.map((b) => symmetric(a, b)));
    least = Math.min(least, symmetricEigen(matrix, "limitedPortion").values[0]);
  }
  return least < harmless ? largestCompression / (-tau * least) : 1;
}
