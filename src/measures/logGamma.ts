/** @file The logarithm of the gamma function. */

import { check } from "../check/check.ts";

/** The coefficients `B_{2n} / (2n (2n − 1))` of Stirling's series, n = 1, 2, … */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * `log Γ(x)` for `x > 0`, error below 1e-14 (relative, and absolute where the value is below 1): Stirling's series
 * `(x − ½) log x − x + ½ log 2π + Σ_n B_{2n} / (2n (2n − 1) x^{2n−1})` from x = 10 on, the recurrence
 * `Γ(x + 1) = x Γ(x)` below.
 *
 * @throws InputError unless `x` is positive and finite.
 * @see Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 6.1.41.
 */
export function logGamma(x: number): number {
  check(x > 0 && x < Infinity, () => `logGamma: x must be positive and finite, got ${x}`);
  let product = 1;
  let shifted = x;
  for (; shifted < 10; shifted++) product *= shifted;
  const inverseSquare = 1 / (shifted * shifted);
  let series = 0;
  for (let n = STIRLING.length - 1; n >= 0; n--) series = series * inverseSquare + STIRLING[n];
  const logarithm = (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI);
  return logarithm + series / shifted - Math.log(product);
}
