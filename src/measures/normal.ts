/** @file The standard normal distribution on the line, to double precision in both tails. */

import { check } from "../check/check.ts";

/** From here on the continued fraction of the tail has converged. */
const FRACTION = 2 * Math.SQRT2;

/** `erfc(x) = 2/√π ∫_x^∞ e^{−t²} dt`, relative error below 1e-14 for `x < 10`. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < 0.7 ? 1 - erfBySeries(x) : erfcTail(x);
}

/** `erf(x) = 1 − erfc(x)`, accurate near 0 too. */
export function erf(x: number): number {
  return Math.abs(x) < 0.7 ? erfBySeries(x) : 1 - erfc(x);
}

/** `Φ(z)`, the standard normal distribution function; accurate in the left tail (use `normalCdf(−z)` for the right one). */
export function normalCdf(z: number): number {
  return z < -1 ? 0.5 * erfcTail(-z * Math.SQRT1_2) : 0.5 + 0.5 * erf(z * Math.SQRT1_2);
}

/**
 * Mills' ratio `Φ(−z)/φ(z)`, relative error below 1e-14 for `z > −1`: what is left of a right tail when the exponential is
 * taken out, so it does not underflow.
 */
export function millsRatio(z: number): number {
  return z < FRACTION ? normalCdf(-z) / Math.exp(normalLogDensity(z)) : 1 / (z + tailFraction(z));
}

/** `Ψ(z) = ∫_{−∞}^z Φ = z Φ(z) + φ(z)`, without the cancellation of the two terms in the left tail. */
export function normalCdfIntegral(z: number): number {
  const density = Math.exp(normalLogDensity(z));
  if (z > -FRACTION) return z * normalCdf(z) + density;
  const fraction = tailFraction(-z);
  return (density * fraction) / (fraction - z); // 1 − z/(z + f) = f/(z + f)
}

/** `log φ(z) = −½z² − ½ log 2π`. */
export function normalLogDensity(z: number): number {
  return -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
}

/** `Φ⁻¹(u)` for `0 < u < 1`: a closed-form start, then Halley's iteration to double precision. */
export function normalQuantile(u: number): number {
  check(u > 0 && u < 1, () => `normalQuantile: u must lie strictly between 0 and 1, got ${u}`);
  return u <= 0.5 ? lowerQuantile(u) : -lowerQuantile(1 - u);
}

function lowerQuantile(u: number): number {
  // Winitzki's approximation of erf⁻¹ near the middle, the leading tail asymptotics beyond: both within 2 % of z.
  let z = u > 1e-6 ? middleStart(u) : tailStart(u);
  for (let iteration = 0; iteration < 8; iteration++) {
    const error = (normalCdf(z) - u) / Math.exp(normalLogDensity(z));
    const step = error / (1 + 0.5 * z * error);
    z -= step;
    if (Math.abs(step) < 1e-9 * (1 + Math.abs(z))) break; // convergence is cubic: the next step would be below round-off
  }
  return z;
}

function middleStart(u: number): number {
  const a = 0.147;
  const l = Math.log(4 * u * (1 - u));
  const b = 2 / (Math.PI * a) + l / 2;
  return -Math.SQRT2 * Math.sqrt(Math.max(0, Math.sqrt(b * b - l / a) - b));
}

function tailStart(u: number): number {
  let t = Math.sqrt(-2 * Math.log(u));
  for (let k = 0; k < 3; k++) t = Math.sqrt(-2 * Math.log(u * t * Math.sqrt(2 * Math.PI)) - 2 / (t * t));
  return -t;
}

/** `erf(x) = 2/√π e^{−x²} Σ 2ⁿ x^{2n+1} / (2n+1)!!`: all terms of one sign, so no cancellation. */
function erfBySeries(x: number): number {
  const square = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 1; term !== 0; n++) {
    term *= square / (2 * n + 1);
    const next = sum + term;
    if (next === sum) break;
    sum = next;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** `erfc(x)` for `x ≥ 0.7` without the cancellation of `1 − erf`. */
function erfcTail(x: number): number {
  return x < 2 ? erfcByQuadrature(x) : erfcByFraction(x);
}

/** `erfc(x) = e^{−x²}/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …))))`. */
function erfcByFraction(x: number): number {
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + erfcFraction(x)));
}

/** `1/(z + 2/(z + 3/(z + …)))`, for which `Φ(−z) = φ(z)/(z + tailFraction(z))`. */
function tailFraction(z: number): number {
  return Math.SQRT2 * erfcFraction(z * Math.SQRT1_2);
}

/** The continued fraction `½/(x + 1/(x + 3/2/(x + …)))`, from the inside out, for `x ≥ 2`. */
function erfcFraction(x: number): number {
  const depth = Math.ceil(12 + 200 / (x * x));
  let tail = x;
  for (let k = depth; k >= 2; k--) tail = x + k / 2 / tail;
  return 0.5 / tail;
}

/**
 * `erfc(x) = (2/π) e^{−x²} ∫_0^∞ x/(x² + t²) e^{−t²} dt` by the trapezoidal rule with its pole removed, which converges
 * exponentially: spacing ½ gives relative error below 1e-15 on 0.7 ≤ x ≤ 2.
 */
function erfcByQuadrature(x: number): number {
  const h = 0.5;
  let sum = 0.5 / (x * x);
  for (let k = 1; k <= 12; k++) sum += Math.exp(-h * h * k * k) / (x * x + h * h * k * k);
  const pole = 2 / (Math.exp((2 * Math.PI * x) / h) - 1);
  return ((2 * h * x) / Math.PI) * Math.exp(-x * x) * sum - pole;
}
