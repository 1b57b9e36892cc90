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
    // Nor does what is not finite stop a step: moving the particles brings it to light.
    if (!(gershgorinBound(jacobian, offset, d) < least)) continue;
    const axes = Array.from({ length: d }, (_, a) => a);
    const matrix = axes.map((a) => axes.map((b) => meanOf(jacobian, offset + a * d + b, offset + b * d + a)));
    least = Math.min(least, symmetricEigen(matrix, "limitedPortion").values[0]);
  }
  return least < harmless ? largestCompression / (-tau * least) : 1;
}

/** No eigenvalue of the symmetric part of the `d × d` block at `offset` is less than this. In plain loops: every particle of every step is here. */
function gershgorinBound(jacobian: ArrayLike<number>, offset: number, d: number): number {
  let bound = Number.POSITIVE_INFINITY;
  for (let a = 0; a < d; a++) {
    let row = jacobian[offset + a * d + a];
    for (let b = 0; b < d; b++)
      if (b !== a) row -= Math.abs(meanOf(jacobian, offset + a * d + b, offset + b * d + a));
    bound = Math.min(bound, row);
  }
  return bound;
}

/** Of two entries: of the symmetric part where one is the other's mirror image. */
function meanOf(jacobian: ArrayLike<number>, i: number, j: number): number {
  return 0.5 * (jacobian[i] + jacobian[j]);
}
