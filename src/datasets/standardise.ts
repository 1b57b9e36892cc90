/** @file Points to zero mean and unit standard deviation in every coordinate, and densities back again. */

import { check } from "../check/check.ts";
import type { Floats } from "../measures/cloud.ts";

/** The change of coordinates `z = (x − mean) / scale`, coordinate by coordinate. */
export interface Standardisation {
  readonly mean: readonly number[];
  /** Standard deviations, positive. */
  readonly scale: readonly number[];
}

/** Standardised points and how to undo it. */
export interface Standardised extends Standardisation {
  /** Row-major `[count, dimension]`. */
  readonly points: Float64Array;
}

/**
 * Subtracts the mean and divides by the standard deviation (with `n − 1`) in every coordinate.
 *
 * @param points row-major `[count, dimension]`, at least two rows.
 * @param columns names for the messages.
 * Throws `InputError` for fewer rows and for a constant coordinate, which has no scale.
 */
export function standardise(
  points: Float64Array,
  dimension: number,
  columns: readonly string[] = Array.from({ length: dimension }, (_, k) => `coordinate ${k}`),
): Standardised {
  const count = points.length / dimension;
  check(
    Number.isInteger(count) && count >= 2,
    () => `standardise: points must be at least 2 rows of ${dimension} numbers, got ${points.length} numbers`,
  );
  const mean = columnMeans(points, dimension);
  const scale = columnDeviations(points, mean);
  for (const [k, value] of scale.entries()) {
    check(
      value > 0 && Number.isFinite(value),
      () =>
        `standardise: "${columns[k]}" cannot be standardised: its standard deviation is ${value}. Leave it out.`,
    );
  }
  const standardisation = { mean, scale };
  return { points: applyStandardisation(points, standardisation), ...standardisation };
}

/** `z = (x − mean) / scale` for further points of the same kind. */
export function applyStandardisation(points: Floats, { mean, scale }: Standardisation): Float64Array {
  const d = mean.length;
  return Float64Array.from(points, (x, i) => (x - mean[i % d]) / scale[i % d]);
}

/** `x = mean + scale · z`: points in the units that they came in. */
export function restorePositions(positions: Floats, { mean, scale }: Standardisation): Float64Array {
  const d = mean.length;
  return Float64Array.from(positions, (z, i) => mean[i % d] + scale[i % d] * z);
}

/** `log ρ(x) = log ρ̂(z) − Σ_k log scale_k`: log-densities in the units that the points came in. */
export function restoreLogDensity(logDensity: Floats, { scale }: Standardisation): Float64Array {
  const logVolume = scale.reduce((sum, s) => sum + Math.log(s), 0);
  return Float64Array.from(logDensity, (value) => value - logVolume);
}

/** `log ρ̂(z) = log ρ(x) + Σ_k log scale_k`, the inverse of {@link restoreLogDensity}. */
export function standardiseLogDensity(logDensity: Floats, { scale }: Standardisation): Float64Array {
  const logVolume = scale.reduce((sum, s) => sum + Math.log(s), 0);
  return Float64Array.from(logDensity, (value) => value + logVolume);
}

function columnMeans(points: Float64Array, dimension: number): number[] {
  const count = points.length / dimension;
  // A running mean, so that large offsets do not lose the digits of small spreads.
  const mean = new Array<number>(dimension).fill(0);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < dimension; k++) mean[k] += (points[i * dimension + k] - mean[k]) / (i + 1);
  }
  return mean;
}

function columnDeviations(points: Float64Array, mean: readonly number[]): number[] {
  const dimension = mean.length;
  const sums = new Array<number>(dimension).fill(0);
  points.forEach((x, i) => {
    sums[i % dimension] += (x - mean[i % dimension]) ** 2;
  });
  return sums.map((sum) => Math.sqrt(sum / (points.length / dimension - 1)));
}
