/** @file Eigenvalues of symmetric matrices, and the functions of a matrix that follow from them. */

import { check } from "../check/check.ts";
import { checkSymmetric, identity, type Matrix, symmetrize } from "./matrix.ts";

export interface SymmetricEigen {
  /** Ascending. */
  readonly values: readonly number[];
  /** Orthonormal; column `k` belongs to `values[k]`. */
  readonly vectors: Matrix;
}

/** Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations to full precision. */
export function symmetricEigen(matrix: Matrix, where = "symmetricEigen"): SymmetricEigen {
  checkSymmetric(where, matrix);
  const n = matrix.length;
  const a = symmetrize(matrix);
  const v = identity(n);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) off = Math.max(off, Math.abs(a[p][q]));
    if (off === 0) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[i][i] - a[j][j]);
  return { values: order.map((i) => a[i][i]), vectors: v.map((row) => order.map((i) => row[i])) };
}

/** `f(A) = Σ_k f(λ_k) v_k v_kᵀ` of a symmetric matrix. */
export function symmetricFunction(
  matrix: Matrix,
  f: (eigenvalue: number) => number,
  where = "symmetricFunction",
): number[][] {
  const { values, vectors } = symmetricEigen(matrix, where);
  const images = values.map(f);
  return vectors.map((row) =>
    vectors.map((other) => images.reduce((sum, image, k) => sum + image * row[k] * other[k], 0)),
  );
}

/** The symmetric positive semi-definite `S` with `S² = A`; eigenvalues above `−10⁻¹² ‖A‖` count as zero. */
export function sqrtSymmetric(matrix: Matrix, where = "sqrtSymmetric"): number[][] {
  const { values } = symmetricEigen(matrix, where);
  const size = Math.max(...values.map(Math.abs));
  check(
    values[0] >= -1e-12 * size,
    () => `${where}: the matrix must be positive semi-definite, got the eigenvalue ${values[0]}`,
  );
  return symmetricFunction(matrix, (value) => Math.sqrt(Math.max(0, value)), where);
}

/** `e^{tA}` of a symmetric matrix. */
export function expSymmetric(matrix: Matrix, t = 1): number[][] {
  return symmetricFunction(matrix, (value) => Math.exp(t * value), "expSymmetric");
}

/** One Jacobi rotation in the plane (p, q) that annihilates `a[p][q]`; accumulates it into `v`. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const apq = a[p][q];
  // Below one unit in the last place of both diagonal entries the rotation would not change them.
  if (Math.abs(apq) < 1e-17 * Math.sqrt(Math.abs(a[p][p] * a[q][q])) || Math.abs(apq) < 1e-300) {
    a[p][q] = 0;
    a[q][p] = 0;
    return;
  }
  const theta = (a[q][q] - a[p][p]) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  }
  for (let k = 0; k < a.length; k++) {
    [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
    [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
  }
  a[p][q] = 0;
  a[q][p] = 0;
}
