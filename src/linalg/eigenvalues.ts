/** @file The eigenvalues alone of large symmetric matrices. */

import { check } from "../check/check.ts";

/** A rotation annihilates an entry in so many sweeps, or there is something that is not finite. */
const mostSweeps = 60;

/**
 * The eigenvalues, ascending, of a symmetric matrix of `n × n` entries row by row, by Householder's tridiagonal form and the QL algorithm with implicit shifts, in
 * `4n³/3` operations: what hundreds of rows take a second for. Each is exact to rounding of the largest. The argument is not changed.
 *
 * @see Golub & Van Loan (2013), Matrix Computations, sections 8.3.1 and 8.3.3.
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  check(
    matrix.length === n * n && n > 0,
    () => `symmetricEigenvalues: a matrix of ${n} rows has ${n * n} entries, got ${matrix.length}`,
  );
  check(matrix.every(Number.isFinite), () => "symmetricEigenvalues: the matrix must have finite entries");
  const { main, off } = tridiagonal(matrix.slice(), n);
  return diagonalised(main, off).sort();
}

/** Householder's reduction from the first row down; `off[i]` couples `i` and `i + 1`. */
function tridiagonal(
  a: Float64Array,
  n: number,
): { readonly main: Float64Array; readonly off: Float64Array } {
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  const off = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    let squares = 0;
    for (let i = k + 1; i < n; i++) squares += a[i * n + k] ** 2;
    const head = a[(k + 1) * n + k];
    const norm = Math.sqrt(squares);
    off[k] = head > 0 ? -norm : norm;
    if (squares === head * head) {
      off[k] = head;
      continue;
    }
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k];
    v[k + 1] = head - off[k];
    const scale = 2 / (squares - head * head + v[k + 1] ** 2);
    reflect(a, { v, p, scale, from: k + 1, n });
  }
  return { main: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), off };
}

/** `A ← HAH` on rows and columns from `from`, `H = I − s vvᵀ`. */
function reflect(
  a: Float64Array,
  at: {
    readonly v: Float64Array;
    readonly p: Float64Array;
    readonly scale: number;
    readonly from: number;
    readonly n: number;
  },
): void {
  const { v, p, scale, from, n } = at;
  let overlap = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += a[i * n + j] * v[j];
    p[i] = scale * sum;
    overlap += p[i] * v[i];
  }
  for (let i = from; i < n; i++) p[i] -= 0.5 * scale * overlap * v[i];
  for (let i = from; i < n; i++) for (let j = from; j < n; j++) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
}

function diagonalised(main: Float64Array, off: Float64Array): Float64Array {
  const n = main.length;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      check(sweep < mostSweeps, () => "symmetricEigenvalues: the QL algorithm does not converge");
      let high = low;
      while (high + 1 < n && !isNegligible(main, off, high)) high++;
      if (high === low) break;
      sweepQl(main, off, { low, high });
    }
  }
  return main;
}

function isNegligible(main: Float64Array, off: Float64Array, i: number): boolean {
  const size = Math.abs(main[i]) + Math.abs(main[i + 1]);
  return Math.abs(off[i]) <= Number.EPSILON * size || Math.abs(off[i]) < 1e-300;
}

/** One implicit QL sweep of the block from `low` to `high` with Wilkinson's shift. */
function sweepQl(
  main: Float64Array,
  off: Float64Array,
  { low, high }: { readonly low: number; readonly high: number },
): void {
  const half = (main[low + 1] - main[low]) / (2 * off[low]);
  const root = Math.hypot(half, 1);
  let g = main[high] - main[low] + off[low] / (half + (half >= 0 ? root : -root));
  let [s, c, p] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = s * off[i];
    const b = c * off[i];
    const r = Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      main[i + 1] -= p;
      off[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = main[i + 1] - p;
    const t = (main[i] - g) * s + 2 * c * b;
    p = s * t;
    main[i + 1] = g + p;
    g = c * t - b;
  }
  main[low] -= p;
  off[low] = g;
  off[high] = 0;
}
