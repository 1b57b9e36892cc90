/** @file The step limiter: how far a density may go along a velocity field before a particle's map folds. */

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
