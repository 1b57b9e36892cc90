/** @file Wasserstein distances that are known exactly. */

import { check } from "../check/check.ts";
import { sqrtSymmetric, symmetricEigen } from "../linalg/eigen.ts";
import { matmul, symmetrize, trace } from "../linalg/matrix.ts";
import type { GaussianParameters } from "../measures/gaussian.ts";

/** `W₂` between two Gaussians: `W₂² = |m₁−m₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁^½ Σ₂ Σ₁^½)^½)` (the Bures distance of the covariances). */
export function wassersteinGaussian(a: GaussianParameters, b: GaussianParameters): number {
  check(
    a.mean.length === b.mean.length,
    () => `wassersteinGaussian: both must have the same dimension, got ${a.mean.length} and ${b.mean.length}`,
  );
  const root = sqrtSymmetric(a.covariance, "wassersteinGaussian: covariance");
  const cross = symmetrize(matmul(matmul(root, b.covariance), root));
  const overlap = symmetricEigen(cross).values.reduce((sum, v) => sum + Math.sqrt(Math.max(0, v)), 0);
  const shift = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0);
  return Math.sqrt(Math.max(0, shift + trace(a.covariance) + trace(b.covariance) - 2 * overlap));
}

/** `W₂` between the empirical measures of two samples on the line, by sorting; the counts may differ. */
export function wasserstein1d(a: ArrayLike<number>, b: ArrayLike<number>): number {
  check(a.length > 0 && b.length > 0, () => "wasserstein1d: both samples must have at least one point");
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let sum = 0;
  let reached = 0;
  // Between consecutive jumps of the two quantile functions both are constant. Levels are counted in units of 1/(nm).
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const endX = (i + 1) * y.length;
    const endY = (j + 1) * x.length;
    const end = Math.min(endX, endY);
    sum += (end - reached) * (x[i] - y[j]) ** 2;
    reached = end;
    if (endX === end) i++;
    if (endY === end) j++;
  }
  return Math.sqrt(sum / (x.length * y.length));
}
