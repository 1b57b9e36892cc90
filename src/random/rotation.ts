/** @file Random rotations, uniform with respect to the Haar measure. */

import { check } from "../check/check.ts";
import { determinant } from "../linalg/lu.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { normals } from "./draw.ts";
import type { Key } from "./key.ts";

/**
 * A rotation of R^d drawn from the Haar measure of SO(d): the orthonormalised columns of a Gaussian matrix, with the sign
 * of the last one chosen so that the determinant is +1.
 */
export function randomRotation(key: Key, dimension: number): Matrix {
  check(
    Number.isInteger(dimension) && dimension > 0,
    () => `randomRotation: dimension must be a positive integer, got ${dimension}`,
  );
  const draws = normals(key, dimension * dimension);
  const columns: number[][] = [];
  for (let j = 0; j < dimension; j++) {
    columns.push(orthonormalised(Array.from(draws.subarray(j * dimension, (j + 1) * dimension)), columns));
  }
  if (determinant(columns) < 0) columns[dimension - 1] = columns[dimension - 1].map((v) => -v);
  return columns[0].map((_, i) => columns.map((column) => column[i]));
}

/** Gram–Schmidt against the earlier columns, twice, which is enough for orthogonality to round-off. */
function orthonormalised(vector: number[], basis: readonly number[][]): number[] {
  let rest = vector;
  for (let pass = 0; pass < 2; pass++) {
    for (const column of basis) {
      const overlap = column.reduce((sum, v, i) => sum + v * rest[i], 0);
      rest = rest.map((v, i) => v - overlap * column[i]);
    }
  }
  const length = Math.hypot(...rest);
  return rest.map((v) => v / length);
}
