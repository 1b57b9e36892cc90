/** @file Kernel density estimates, as measures that can be sampled exactly. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import type { LineMeasure } from "./measure.ts";
import { diagonalMixture, measureOf } from "./mixture.ts";
import { pointCount } from "./mixtureKernel.ts";

export interface KernelDensity extends LineMeasure {
  /** The kernel's standard deviation along each coordinate, in that coordinate's units. */
  readonly bandwidth: Vector;
}

/**
 * The equal-weight mixture of Gaussians of width `bandwidth` around the points: a *smoothed bootstrap*, whose samples and
 * log-density agree exactly, because both are those of the mixture (which is a smoothed version of what the
 * points were drawn from, not that itself).
 *
 * @param points row-major `[n, dimension]`.
 * @param options.bandwidth one width, or one a coordinate. Left out: Silverman's rule
 *   `h_a = s_a (4 / ((d + 2) n))^{1/(d+4)}` with `s_a` the sample standard deviation of coordinate `a`.
 * @see Silverman (1986), Density Estimation for Statistics and Data Analysis, section 4.3.2.
 */
export function kernelDensity(
  points: Float64Array,
  dimension: number,
  options: { readonly bandwidth?: number | Vector } = {},
): KernelDensity {
  check(
    Number.isInteger(dimension) && dimension > 0,
    () => `kernelDensity: dimension must be a positive integer, got ${dimension}`,
  );
  const count = pointCount("kernelDensity", points, dimension);
  check(count > 0, () => "kernelDensity: points must not be empty");
  check(
    points.every(Number.isFinite),
    () => "kernelDensity: points must be finite. Remove missing values first.",
  );
  const given = options.bandwidth;
  const bandwidth = given === undefined ? silverman(points, dimension) : widths(given, dimension);
  bandwidth.forEach((h, a) => {
    check(
      h > 0 && h < Infinity,
      () => `kernelDensity: bandwidth must be positive, got ${h} for coordinate ${a}`,
    );
  });
  const deviations = Float64Array.from(points, (_, i) => bandwidth[i % dimension]);
  const weights = new Float64Array(count).fill(1 / count);
  return { ...measureOf(diagonalMixture(weights, points.slice(), deviations)), bandwidth };
}

function widths(given: number | Vector, dimension: number): Vector {
  if (typeof given === "number") return new Array<number>(dimension).fill(given);
  check(
    given.length === dimension,
    () => `kernelDensity: bandwidth must have ${dimension} entries, got ${given.length}`,
  );
  return given;
}

function silverman(points: Float64Array, dimension: number): number[] {
  const n = points.length / dimension;
  check(n > 1, () => "kernelDensity: a bandwidth must be given for a single point");
  const factor = (4 / ((dimension + 2) * n)) ** (1 / (dimension + 4));
  return Array.from({ length: dimension }, (_, a) => {
    let sum = 0;
    for (let i = a; i < points.length; i += dimension) sum += points[i];
    const mean = sum / n;
    let squares = 0;
    for (let i = a; i < points.length; i += dimension) squares += (points[i] - mean) ** 2;
    return factor * Math.sqrt(squares / (n - 1));
  });
}
