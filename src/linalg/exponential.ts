/** @file The exponential of a matrix, symmetric or not. */

import { solve } from "./lu.ts";
import { add, checkSquare, identity, type Matrix, matmul, scale, transpose } from "./matrix.ts";

const DEGREE = 6;

/**
 * `e^A`: the diagonal Padé approximant of degree 6 of `e^{A/2^s}`, with `‖A/2^s‖ ≤ ½`, squared `s` times. Its backward error is
 * `3.4·10⁻¹⁶ ‖A‖`.
 *
 * @see Golub & Van Loan (2013), Matrix Computations, algorithm 9.3.1.
 */
export function matrixExponential(matrix: Matrix): number[][] {
  checkSquare("matrixExponential", matrix);
  const norm = Math.max(...matrix.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
  const squarings = Math.max(0, Math.ceil(Math.log2(Math.max(norm, 1e-300))) + 1);
  const small = scale(matrix, 2 ** -squarings);
  let coefficient = 1;
  let power: number[][] = identity(matrix.length);
  let numerator: number[][] = power;
  let denominator: number[][] = power;
  for (let k = 1; k <= DEGREE; k++) {
    coefficient *= (DEGREE - k + 1) / (k * (2 * DEGREE - k + 1));
    power = matmul(small, power);
    numerator = add(numerator, power, coefficient);
    denominator = add(denominator, power, (-1) ** k * coefficient);
  }
  let result = transpose(transpose(numerator).map((column) => solve(denominator, column)));
  for (let k = 0; k < squarings; k++) result = matmul(result, result);
  return result;
}
