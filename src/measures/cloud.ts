/** @file The state that every solver carries: particles with the logarithm of their own density. */

import type { Key } from "../random/key.ts";
import type { LineMeasure, Measure } from "./measure.ts";

export type Floats = Float32Array | Float64Array;

/**
 * A cloud of `count` equally weighted particles in R^d. Each carries `log ρ(x_i)`, which a transport map `T`
 * updates exactly: `log ρ'(T(x_i)) = log ρ(x_i) − log|det ∇T(x_i)|`.
 */
export interface Cloud {
  readonly dimension: number;
  readonly count: number;
  /** Row-major `[count, dimension]`. */
  readonly positions: Floats;
  /** `[count]`, natural logarithm. */
  readonly logDensity: Floats;
}

/** Independent samples of a measure, with their exact log-densities. */
export function sampleCloud(measure: Measure, key: Key, count: number): Cloud {
  const positions = measure.sample(key, count);
  return { dimension: measure.dimension, count, positions, logDensity: measure.logDensity(positions) };
}

/**
 * The quantiles in the middle of `count` slices of equal mass: a quadrature of second order for every mean, without the noise of independent
 * samples.
 */
export function quantileCloud(measure: LineMeasure, count: number): Cloud {
  const positions = Float64Array.from({ length: count }, (_, i) => measure.quantile((i + 0.5) / count));
  return { dimension: 1, count, positions, logDensity: measure.logDensity(positions) };
}

/** The particles with these indices. */
export function subcloud(cloud: Cloud, indices: Int32Array): Cloud {
  const { dimension: d } = cloud;
  const positions = new Float64Array(indices.length * d);
  const logDensity = new Float64Array(indices.length);
  for (let j = 0; j < indices.length; j++) {
    for (let k = 0; k < d; k++) positions[j * d + k] = cloud.positions[indices[j] * d + k];
    logDensity[j] = cloud.logDensity[indices[j]];
  }
  return { dimension: d, count: indices.length, positions, logDensity };
}
