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

/**
 * `d · mean_θ W₂²(θ·a, θ·b)` of two samples in the plane over evenly spaced directions `θ`: at most `W₂²`, and equal to it where one sample is
 * the other shifted or dilated. In units of length squared.
 *
 * @param a row-major `[n, 2]`; the counts of the two may differ.
 * @see Bonneel, Rabin, Peyré & Pfister (2015), Sliced and Radon Wasserstein barycenters of measures, doi:10.1007/s10851-014-0506-3.
 */
export function slicedSquaredDistance(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  directions: number,
): number {
  let sum = 0;
  for (let k = 0; k < directions; k++) {
    const angle = (Math.PI * (k + 0.5)) / directions;
    const along = (points: ArrayLike<number>) =>
      Float64Array.from(
        { length: points.length / 2 },
        (_, i) => Math.cos(angle) * points[2 * i] + Math.sin(angle) * points[2 * i + 1],
      );
    sum += wasserstein1d(along(a), along(b)) ** 2;
  }
  return (2 * sum) / directions;
}
