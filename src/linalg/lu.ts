/** @file Linear systems, inverses and determinants by elimination with partial pivoting. */

import { check } from "../check/check.ts";
import { checkSquare, identity, type Matrix, transpose, type Vector } from "./matrix.ts";

/** The solution of `A x = b`. @throws InputError when `A` is singular to working precision. */
export function solve(a: Matrix, b: Vector): number[] {
  check(a.length === b.length, () => `solve: b must have ${a.length} entries, got ${b.length}`);
  return substitute(factorize("solve", a), b);
}

/** `A⁻¹`. @throws InputError when `A` is singular to working precision. */
export function inverse(a: Matrix): number[][] {
  const factors = factorize("inverse", a);
  return transpose(identity(a.length).map((column) => substitute(factors, column)));
}

/** `det A`. */
export function determinant(a: Matrix): number {
  const { sign, logAbs } = logDet(a);
  return sign === 0 ? 0 : sign * Math.exp(logAbs);
}

/** `det A` of `n × n` entries in one array, row by row, which elimination overwrites: for as many matrices as there are particles. */
export function determinantInPlace(a: Float64Array, n: number): number {
  let product = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    const head = a[pivot * n + k];
    if (head === 0) return 0;
    if (pivot !== k) {
      product = -product;
      for (let j = k; j < n; j++) {
        const kept = a[k * n + j];
        a[k * n + j] = a[pivot * n + j];
        a[pivot * n + j] = kept;
      }
    }
    product *= head;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k] / head;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return product;
}

/** `log|det A|` and the sign of the determinant; `{sign: 0, logAbs: −∞}` for a singular matrix. */
export function logDet(a: Matrix): { readonly sign: number; readonly logAbs: number } {
  checkSquare("logDet", a);
  const { rows, parity } = eliminate(a);
  let sign = parity;
  let logAbs = 0;
  rows.forEach((row, i) => {
    sign *= Math.sign(row[i]);
    logAbs += Math.log(Math.abs(row[i]));
  });
  return { sign, logAbs };
}

interface Factors {
  /** Multipliers below the diagonal, U on and above it. */
  readonly rows: readonly number[][];
  /** Row `i` of the factors was row `order[i]` of the matrix. */
  readonly order: readonly number[];
  readonly parity: number;
}

function factorize(where: string, a: Matrix): Factors {
  checkSquare(where, a);
  const factors = eliminate(a);
  const size = Math.max(...a.map((row) => Math.max(...row.map(Math.abs))));
  factors.rows.forEach((row, i) => {
    check(
      Math.abs(row[i]) > 1e-15 * a.length * size,
      () => `${where}: the matrix must be invertible, got a pivot of ${row[i]} at index ${i}`,
    );
  });
  return factors;
}

function eliminate(a: Matrix): Factors {
  const rows = a.map((row) => [...row]);
  const order = rows.map((_, i) => i);
  let parity = 1;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    if (rows[pivot][k] === 0) continue;
    if (pivot !== k) {
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      [order[k], order[pivot]] = [order[pivot], order[k]];
      parity = -parity;
    }
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      rows[i][k] = factor;
      for (let j = k + 1; j < rows.length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return { rows, order, parity };
}

function substitute({ rows, order }: Factors, b: Vector): number[] {
  const x = order.map((i) => b[i]);
  for (let i = 0; i < x.length; i++) for (let j = 0; j < i; j++) x[i] -= rows[i][j] * x[j];
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i] -= rows[i][j] * x[j];
    x[i] /= rows[i][i];
  }
  return x;
}
