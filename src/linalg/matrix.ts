/** @file Small dense Float64 matrices: the type and the elementary operations. */

import { check } from "../check/check.ts";

/** A small dense matrix as rows of numbers; never changed in place by a function that receives it. */
export type Matrix = readonly (readonly number[])[];

export type Vector = readonly number[];

/** The identity of size `n`. */
export function identity(n: number): number[][] {
  return diagonal(new Array<number>(n).fill(1));
}

/** The diagonal matrix with these entries. */
export function diagonal(entries: Vector): number[][] {
  return entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0)));
}

/** `A + s B`, with `s = 1` unless given. */
export function add(a: Matrix, b: Matrix, s = 1): number[][] {
  checkSameShape("add", a, b);
  return a.map((row, i) => row.map((value, j) => value + s * b[i][j]));
}

/** `s A`. */
export function scale(a: Matrix, s: number): number[][] {
  return a.map((row) => row.map((value) => s * value));
}

/** `Aᵀ`. */
export function transpose(a: Matrix): number[][] {
  return (a[0] ?? []).map((_, j) => a.map((row) => row[j]));
}

/** `½(A + Aᵀ)`, for products that are symmetric up to round-off. */
export function symmetrize(a: Matrix): number[][] {
  checkSquare("symmetrize", a);
  return a.map((row, i) => row.map((value, j) => (value + a[j][i]) / 2));
}

/** `A B`. */
export function matmul(a: Matrix, b: Matrix): number[][] {
  check(
    a[0]?.length === b.length,
    () =>
      `matmul: the first matrix must have as many columns as the second has rows, got ${shape(a)} and ${shape(b)}`,
  );
  const columns = b[0].length;
  return a.map((row) => {
    const sums = new Array<number>(columns).fill(0);
    for (let k = 0; k < row.length; k++) {
      for (let j = 0; j < columns; j++) sums[j] += row[k] * b[k][j];
    }
    return sums;
  });
}

/** `A v`. */
export function matvec(a: Matrix, v: ArrayLike<number>): number[] {
  check(
    (a[0]?.length ?? 0) === v.length,
    () => `matvec: the vector must have ${a[0]?.length} entries, got ${v.length}`,
  );
  return a.map((row) => {
    let sum = 0;
    for (let j = 0; j < row.length; j++) sum += row[j] * v[j];
    return sum;
  });
}

/** `Σ_i A_ii`. */
export function trace(a: Matrix): number {
  checkSquare("trace", a);
  return a.reduce((sum, row, i) => sum + row[i], 0);
}

/** `max |A_ij − B_ij|`. */
export function maxDifference(a: Matrix, b: Matrix): number {
  checkSameShape("maxDifference", a, b);
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i][j]))));
}

/** Throws unless `a` is a non-empty square matrix of finite numbers; `where` names the caller and the argument. */
export function checkSquare(where: string, a: Matrix): void {
  check(
    a.length > 0 && a.every((row) => row.length === a.length),
    () => `${where}: the matrix must be square, got ${shape(a)}`,
  );
  check(
    a.every((row) => row.every(Number.isFinite)),
    () => `${where}: the matrix must have finite entries, got ${JSON.stringify(a)}`,
  );
}

/** Throws unless `a` is square and symmetric up to round-off. */
export function checkSymmetric(where: string, a: Matrix): void {
  checkSquare(where, a);
  const size = Math.max(...a.map((row) => Math.max(...row.map(Math.abs))));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      check(
        Math.abs(a[i][j] - a[j][i]) <= 1e-9 * size,
        () =>
          `${where}: the matrix must be symmetric, got ${a[i][j]} at (${i}, ${j}) and ${a[j][i]} at (${j}, ${i})`,
      );
    }
  }
}

function checkSameShape(where: string, a: Matrix, b: Matrix): void {
  check(
    a.length === b.length && a.every((row, i) => row.length === b[i].length),
    () => `${where}: the matrices must have the same shape, got ${shape(a)} and ${shape(b)}`,
  );
}

function shape(a: Matrix): string {
  return `${a.length}x${a[0]?.length ?? 0}`;
}
