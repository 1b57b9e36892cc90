/** @file Gaussian measures. */

import { check } from "../check/check.ts";
import { logDetPositive } from "../linalg/cholesky.ts";
import type { Matrix, Vector } from "../linalg/matrix.ts";
import type { LineMeasure } from "./measure.ts";
import { gaussianMixture } from "./mixture.ts";

/** Mean and covariance: all that the closed forms need to know of a Gaussian. */
export interface GaussianParameters {
  readonly mean: Vector;
  /** Symmetric positive definite. */
  readonly covariance: Matrix;
}

export interface Gaussian extends GaussianParameters, LineMeasure {
  /** The differential entropy `−∫ρ log ρ = ½ log((2πe)^d det Σ)`, in nats. */
  readonly entropy: number;
}

/** `N(mean, covariance)` on R^d, d the length of `mean`. */
export function gaussian({ mean, covariance }: GaussianParameters): Gaussian {
  check(
    mean.length > 0 && mean.every(Number.isFinite),
    () => `gaussian: mean must be finite numbers, got [${mean}]`,
  );
  check(
    covariance.length === mean.length,
    () =>
      `gaussian: covariance must be ${mean.length}x${mean.length} like the mean, got ${covariance.length} rows`,
  );
  const logDet = logDetPositive(covariance, "gaussian: covariance");
  const { weights, means, covariances, ...measure } = gaussianMixture({
    weights: [1],
    means: [mean],
    covariances: [covariance],
  });
  const entropy = 0.5 * (mean.length * Math.log(2 * Math.PI * Math.E) + logDet);
  return { ...measure, mean: means[0], covariance: covariances[0], entropy };
}
