/** @file Tridiagonal systems in linear time. */

import { check } from "../check/check.ts";

/** `A[i][i−1] = lower[i]`, `A[i][i] = main[i]`, `A[i][i+1] = upper[i]`; `lower[0]` and the last `upper` are not read. */
export interface Tridiagonal {
  readonly lower: Float64Array;
  readonly main: Float64Array;
  readonly upper: Float64Array;
}

/**
 * The solution of `A x = b` by elimination without pivoting, in `8n` operations: stable for symmetric positive definite
 * and for diagonally dominant matrices (by rows or by columns), which is what it is for. The arguments are not changed.
 */
export function solveTridiagonal(matrix: Tridiagonal, b: Float64Array): Float64Array {
  const { lower, main, upper } = matrix;
  const n = b.length;
  check(
    n > 0 && main.length === n && lower.length === n && upper.length === n,
    () =>
      `solveTridiagonal: all bands must have the length ${n} of b, got ${lower.length}, ${main.length}, ${upper.length}`,
  );
  const x = new Float64Array(n);
  const ratio = new Float64Array(n);
  let pivot = main[0];
  x[0] = b[0] / pivot;
  for (let i = 1; i < n; i++) {
    ratio[i] = upper[i - 1] / pivot;
    pivot = main[i] - lower[i] * ratio[i];
    check(
      pivot !== 0 && Number.isFinite(pivot),
      () =>
        `solveTridiagonal: the matrix must be invertible without pivoting, got pivot ${pivot} at row ${i}`,
    );
    x[i] = (b[i] - lower[i] * x[i - 1]) / pivot;
  }
  for (let i = n - 2; i >= 0; i--) x[i] -= ratio[i + 1] * x[i + 1];
  return x;
}

/**
 * The same around a circle: `lower[0]` stands in the upper right corner, the last `upper` in the lower left one. Both corners are taken
 * out as one outer product (the formula of Sherman and Morrison).
 */
export function solveCyclicTridiagonal(matrix: Tridiagonal, b: Float64Array): Float64Array {
  const { lower, main, upper } = matrix;
  const n = b.length;
  check(n > 2, () => `solveCyclicTridiagonal: a circle takes 3 unknowns, got ${n}`);
  const [right, left] = [lower[0], upper[n - 1]];
  const shift = -main[0];
  const reduced = main.slice();
  reduced[0] -= shift;
  reduced[n - 1] -= (left * right) / shift;
  const corner = new Float64Array(n);
  corner[0] = shift;
  corner[n - 1] = left;
  const inner = { lower, main: reduced, upper };
  const [x, z] = [solveTridiagonal(inner, b), solveTridiagonal(inner, corner)];
  const along = (y: Float64Array) => y[0] + (right * y[n - 1]) / shift;
  const share = along(x) / (1 + along(z));
  return x.map((value, i) => value - share * z[i]);
}
