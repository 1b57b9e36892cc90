/** @file The Cholesky factor of a symmetric positive definite matrix. */

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
