/** @file Modified Bessel functions by their power series, for tests. */

/** `I_n(x)`. */
export function bessel(order: number, x: number): number {
  let term = 1;
  for (let k = 1; k <= order; k++) term *= x / 2 / k;
  let sum = 0;
  for (let k = 0; k < 80; k++) {
    sum += term;
    term *= (x / 2) ** 2 / ((k + 1) * (k + 1 + order));
  }
  return sum;
}
