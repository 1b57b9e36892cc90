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
