/** @file Slopes of a function that is known at scattered points only, by local regression. */

import { check } from "../check/check.ts";
import { cholesky, inverseLower } from "../linalg/cholesky.ts";
import { neighbours } from "./neighbours.ts";

export interface ScatteredFunction {
  readonly dimension: number;
  /** Row-major `[n, d]`. */
  readonly positions: ArrayLike<number>;
  /** `f(x_i)`, without noise. */
  readonly values: ArrayLike<number>;
}

/**
 * `∇f` at some of the points, from a polynomial fitted to the nearest three times as many points as it has coefficients, with
 * tricube weights. The error is of the order of the neighbours' distance to the power of the degree (3 up to three dimensions,
 * 2 beyond); polynomials up to that degree have none, so the score of a Gaussian comes out exactly.
 *
 * @param at indices of the points.
 * @returns row-major `[at.length, d]`.
 * @see Fan & Gijbels (1996), Local Polynomial Modelling and Its Applications, chapter 3.
 */
export function localSlopes(sample: ScatteredFunction, at: ArrayLike<number>): Float64Array {
  const { dimension: d, positions, values } = sample;
  const n = values.length;
  const powers = monomials(d, degreeIn(d));
  const least = leastForSlopes(d);
  check(n >= least, () => `localSlopes: at least ${least} points are needed in dimension ${d}, got ${n}`);
  const slopes = new Float64Array(at.length * d);
  const tree = neighbours(positions, d);
  for (let k = 0; k < at.length; k++) {
    const near = tree.nearest(at[k], least);
    const slope = fittedSlope(sample, { centre: at[k], near, powers });
    slopes.set(slope, k * d);
  }
  return slopes;
}

/** The fewest points from which slopes can be had: three times as many neighbours as coefficients, and the point itself. */
export function leastForSlopes(dimension: number): number {
  return 3 * monomials(dimension, degreeIn(dimension)).length + 1;
}

function degreeIn(dimension: number): number {
  return dimension > 3 ? 2 : 3;
}

/** The slope of the weighted fit, made in coordinates `(x − x_centre)/width` with the farthest neighbour at distance 1. */
function fittedSlope(
  { dimension: d, positions, values }: ScatteredFunction,
  local: {
    readonly centre: number;
    /** The farthest first. */
    readonly near: Int32Array;
    readonly powers: readonly (readonly number[])[];
  },
): number[] {
  const { centre, near, powers } = local;
  const size = powers.length;
  const offset = (i: number, a: number) => positions[i * d + a] - positions[centre * d + a];
  const distance = (i: number) => Math.hypot(...Array.from({ length: d }, (_, a) => offset(i, a)));
  const width = distance(near[0]);
  const gram = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const right = new Array<number>(size).fill(0);
  const basis = new Float64Array(size);
  for (const i of near) {
    const weight = (1 - (distance(i) / width) ** 3) ** 3;
    for (let q = 0; q < size; q++) {
      basis[q] = 1;
      for (let a = 0; a < d; a++) {
        if (powers[q][a] > 0) basis[q] *= (offset(i, a) / width) ** powers[q][a];
      }
    }
    for (let q = 0; q < size; q++) {
      right[q] += weight * basis[q] * (values[i] - values[centre]);
      for (let r = 0; r <= q; r++) gram[q][r] += weight * basis[q] * basis[r];
    }
  }
  for (let q = 0; q < size; q++) {
    gram[q][q] += 1e-10; // neighbours on a line leave polynomials undetermined across it
    for (let r = 0; r < q; r++) gram[r][q] = gram[q][r];
  }
  const lower = inverseLower(cholesky(gram, "localSlopes: the Gram matrix of the neighbours"));
  const half = lower.map((row, q) => row.slice(0, q + 1).reduce((sum, x, r) => sum + x * right[r], 0));
  return Array.from(
    { length: d },
    (_, a) => lower.reduce((sum, row, q) => (q > a ? sum + row[a + 1] * half[q] : sum), 0) / width,
  );
}

/** All exponents of total degree at most `degree`: the constant first, then the coordinates in order. */
function monomials(d: number, degree: number): number[][] {
  const all = (left: number, most: number): number[][] =>
    left === 0
      ? [[]]
      : Array.from({ length: most + 1 }, (_, p) =>
          all(left - 1, most - p).map((rest) => [p, ...rest]),
        ).flat();
  const total = (powers: readonly number[]) => powers.reduce((sum, p) => sum + p, 0);
  const unit = (powers: readonly number[]) => powers.indexOf(1);
  return all(d, degree).sort((a, b) => total(a) - total(b) || (total(a) === 1 ? unit(a) - unit(b) : 0));
}
