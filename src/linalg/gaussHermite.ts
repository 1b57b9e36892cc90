/** @file Gauss and Hermite's quadrature: means over a normal variable. */

import { check } from "../check/check.ts";
import { symmetricEigen } from "./eigen.ts";

/** Nodes `ξ_j`, ascending, and weights `w_j` that sum to one, with `E f(ξ) ≈ Σ_j w_j f(ξ_j)` for `ξ ~ N(0, 1)`. */
export interface NormalQuadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Rules that were computed before: the eigenvectors of a hundred rows take a second. */
const rules = new Map<number, NormalQuadrature>();

/**
 * The rule of `count` nodes, exact for polynomials up to degree `2 count − 1`: eigenvalues of the matrix of the recurrence of Hermite's
 * polynomials, and the squares of the first entries of its eigenvectors.
 *
 * @see Golub & Welsch (1969), Calculation of Gauss quadrature rules, doi:10.1090/S0025-5718-69-99647-1.
 */
export function gaussHermite(count: number): NormalQuadrature {
  check(
    Number.isInteger(count) && count > 0,
    () => `gaussHermite: count must be a positive integer, got ${count}`,
  );
  const known = rules.get(count);
  if (known !== undefined) return known;
  const recurrence = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (_, j) => (Math.abs(i - j) === 1 ? Math.sqrt(Math.max(i, j)) : 0)),
  );
  const { values, vectors } = symmetricEigen(recurrence, "gaussHermite");
  const rule = { nodes: values, weights: vectors[0].map((entry) => entry * entry) };
  rules.set(count, rule);
  return rule;
}
