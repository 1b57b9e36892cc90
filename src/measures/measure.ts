/** @file The contract of a probability measure that can be sampled and evaluated. */

import type { Key } from "../random/key.ts";

/** A probability measure on R^d with a density. Points are row-major arrays of length `count * dimension`. */
export interface Measure {
  readonly dimension: number;
  /** Independent samples, row-major `[count, dimension]`. */
  sample(key: Key, count: number): Float64Array;
  /** `log ρ(x)` at each point, `[count]`; −∞ outside the support. */
  logDensity(points: Float64Array): Float64Array;
  /** `∇ log ρ(x)` at each point, row-major `[count, dimension]`; zero outside the support, where it has no meaning. */
  score(points: Float64Array): Float64Array;
}

/** A measure on the line with its distribution function; for a measure of more dimensions the four throw InputError. */
export interface LineMeasure extends Measure {
  /** `P(X ≤ x)`, with full relative accuracy in the left tail. */
  cdf(x: number): number;
  /** `P(X > x) = 1 − cdf(x)`, with full relative accuracy in the right tail. */
  survival(x: number): number;
  /** The `x` with `cdf(x) = u`, for `0 < u < 1`. */
  quantile(u: number): number;
  /** The `x` with `survival(x) = v`, for `0 < v < 1`: what `quantile(1 − v)` cannot resolve for tiny `v`. */
  upperQuantile(v: number): number;
}
