/** @file Means with their errors, paired comparisons, moments and observed orders. */

import { check } from "../check/check.ts";

/** A sample mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  /** Standard deviation of the sample over `√n`. */
  readonly standardError: number;
}

/** Mean and standard error of independent values. */
export function estimate(values: ArrayLike<number>): Estimate {
  const n = values.length;
  check(n > 1, () => `estimate: at least two values are needed, got ${n}`);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/** Upper 2.5 % points of Student's distribution with 1, 2, … degrees of freedom. */
const STUDENT = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604,
  2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086,
];

/**
 * The half-width of the 95 % confidence interval of a mean of `n` normal values: `t · standardError` with Student's
 * `t` of `n − 1` degrees of freedom (beyond 20 by `1.96 + 2.4 / (n − 1)`, right to three digits).
 */
export function confidence({ standardError }: Estimate, n: number): number {
  const t = STUDENT[n - 2] ?? 1.95996 + 2.4 / (n - 1);
  return t * standardError;
}

/** The mean of `a_i − b_i` over paired values; `t` is that mean in units of its standard error. */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Estimate & { readonly t: number } {
  check(
    a.length === b.length,
    () => `pairedDifference: both must have one value a pair, got ${a.length} and ${b.length}`,
  );
  const { mean, standardError } = estimate(Array.from(a, (value, i) => value - b[i]));
  return { mean, standardError, t: mean === 0 ? 0 : mean / standardError };
}

/** The mean of row-major points, `[dimension]`. */
export function meanOf(points: ArrayLike<number>, dimension: number): Float64Array {
  const mean = new Float64Array(dimension);
  for (let i = 0; i < points.length; i += dimension)
    for (let a = 0; a < dimension; a++) mean[a] += points[i + a];
  return mean.map((sum) => sum / (points.length / dimension));
}

/** Row-major points about their mean, which need not be computed again where it is known. */
export function centred(
  points: ArrayLike<number>,
  dimension: number,
  mean: ArrayLike<number> = meanOf(points, dimension),
): Float64Array {
  const about = new Float64Array(points);
  for (let i = 0; i < about.length; i += dimension)
    for (let a = 0; a < dimension; a++) about[i + a] -= mean[a];
  return about;
}

/** Mean and covariance (with divisor n) of row-major points. */
export function moments(
  points: ArrayLike<number>,
  dimension: number,
): { readonly mean: number[]; readonly covariance: number[][] } {
  const n = points.length / dimension;
  check(
    Number.isInteger(n) && n > 0,
    () => `moments: points must be rows of ${dimension}, got length ${points.length}`,
  );
  const axes = Array.from({ length: dimension }, (_, a) => a);
  const mean = Array.from(meanOf(points, dimension));
  const covariance = axes.map((a) =>
    axes.map((b) => {
      let sum = 0;
      for (let i = 0; i < points.length; i += dimension)
        sum += (points[i + a] - mean[a]) * (points[i + b] - mean[b]);
      return sum / n;
    }),
  );
  return { mean, covariance };
}

/** The slope of `log error` against `log size` by least squares: the order at which the error vanishes with the size. */
export function observedOrder(sizes: ArrayLike<number>, errors: ArrayLike<number>): number {
  check(
    sizes.length === errors.length && sizes.length > 1,
    () =>
      `observedOrder: sizes and errors must have the same length of at least 2, got ${sizes.length} and ${errors.length}`,
  );
  const x = Array.from(sizes, (size) => logOf("sizes", size));
  const y = Array.from(errors, (error) => logOf("errors", Math.abs(error)));
  const meanX = x.reduce((sum, v) => sum + v, 0) / x.length;
  const meanY = y.reduce((sum, v) => sum + v, 0) / y.length;
  const covariance = x.reduce((sum, v, i) => sum + (v - meanX) * (y[i] - meanY), 0);
  return covariance / x.reduce((sum, v) => sum + (v - meanX) ** 2, 0);
}

function logOf(what: string, value: number): number {
  check(value > 0 && value < Infinity, () => `observedOrder: ${what} must be positive, got ${value}`);
  return Math.log(value);
}
