/** @file Cholesky factors of symmetric positive definite matrices. */

import { check } from "../check/check.ts";
import { checkSymmetric, type Matrix } from "./matrix.ts";

/**
 * The lower triangular `L` with `A = L Lᵀ`.
 *
 * @param where names the caller and the matrix in the error, e.g. `"gaussian: covariance"`.
 * @throws InputError when `A` is not symmetric or not positive definite.
 */
export function cholesky(a: Matrix, where = "cholesky"): number[][] {
  checkSymmetric(where, a);
  const factor = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i][j];
      for (let k = 0; k < j; k++) rest -= factor[i][k] * factor[j][k];
      if (i === j) {
        check(
          rest > 0,
          () => `${where}: the matrix must be positive definite, got pivot ${rest} at index ${i}`,
        );
        factor[i][i] = Math.sqrt(rest);
      } else {
        factor[i][j] = rest / factor[j][j];
      }
    }
  }
  return factor;
}

/** The inverse of a lower triangular matrix, lower triangular too. */
export function inverseLower(l: Matrix): number[][] {
  const inverse = l.map((row) => row.map(() => 0));
  for (let j = 0; j < l.length; j++) {
    inverse[j][j] = 1 / l[j][j];
    for (let i = j + 1; i < l.length; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += l[i][k] * inverse[k][j];
      inverse[i][j] = -sum / l[i][i];
    }
  }
  return inverse;
}

/** `log det A` of a symmetric positive definite matrix. */
export function logDetPositive(a: Matrix, where = "logDetPositive"): number {
  return 2 * cholesky(a, where).reduce((sum, row, i) => sum + Math.log(row[i]), 0);
}

/**
 * Overwrites the lower triangle of `A`, `n × n` entries row by row, with `L`, `A = L Lᵀ`, for matrices too large for rows of numbers; what is above the
 * diagonal is neither read nor changed.
 *
 * @throws InputError when `A` is not positive definite to working precision.
 */
export function choleskyInPlace(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j];
      for (let k = 0; k < j; k++) rest -= a[i * n + k] * a[j * n + k];
      check(
        i !== j || rest > 0,
        () => `choleskyInPlace: the matrix must be positive definite, got pivot ${rest} at index ${i}`,
      );
      a[i * n + j] = i === j ? Math.sqrt(rest) : rest / a[j * n + j];
    }
  }
}

/** `L⁻¹ b` with the lower triangle of `l`, `n × n` entries row by row. */
export function solveLower(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    let rest = x[i];
    for (let k = 0; k < i; k++) rest -= l[i * n + k] * x[k];
    x[i] = rest / l[i * n + i];
  }
  return x;
}

/** `L⁻ᵀ b` with the lower triangle of `l`. */
export function solveLowerTransposed(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= l[i * n + i];
    for (let k = 0; k < i; k++) x[k] -= l[i * n + k] * x[i];
  }
  return x;
}
