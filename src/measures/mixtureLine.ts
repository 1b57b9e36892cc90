/** @file Distribution function and quantiles of a Gaussian mixture on the line. */

import { check } from "../check/check.ts";
import type { CompiledMixture } from "./mixtureKernel.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** `Σ_k w_k Φ((x − m_k)/s_k)`. */
export function mixtureCdf(mixture: CompiledMixture, x: number): number {
  return tail(mixture, x, 1);
}

/** `Σ_k w_k Φ(−(x − m_k)/s_k)`. */
export function mixtureSurvival(mixture: CompiledMixture, x: number): number {
  return tail(mixture, x, -1);
}

/**
 * The point with this much mass to its left (or right): Newton's iteration on the logarithm of the tail, kept by bisection
 * inside the bracket of the components' own quantiles, which always contains the root.
 */
export function mixtureQuantile(mixture: CompiledMixture, mass: number, side: "left" | "right"): number {
  checkLine(mixture);
  check(
    mass > 0 && mass < 1,
    () => `quantile: the probability must lie strictly between 0 and 1, got ${mass}`,
  );
  const { weights, means, factors } = mixture;
  const sign = side === "left" ? 1 : -1;
  const z = sign * normalQuantile(mass);
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < weights.length; k++) {
    if (weights[k] === 0) continue;
    low = Math.min(low, means[k] + factors[k] * z);
    high = Math.max(high, means[k] + factors[k] * z);
  }
  let x = 0.5 * (low + high);
  for (
    let iteration = 0;
    iteration < 200 && high - low > 4e-16 * (Math.abs(low) + Math.abs(high));
    iteration++
  ) {
    const value = tail(mixture, x, sign);
    if (value > mass === (sign === 1)) high = x;
    else low = x;
    // The logarithm of a tail is nearly parabolic: Newton on it converges from far away, where on the tail itself it creeps.
    const step = (sign * value * Math.log(value / mass)) / lineDensity(mixture, x);
    const next = x - step;
    const inside = next > low && next < high;
    if (inside && Math.abs(step) <= 1e-15 * Math.abs(x)) return next;
    x = inside ? next : 0.5 * (low + high);
  }
  return x;
}

function checkLine(mixture: CompiledMixture): void {
  check(
    mixture.dimension === 1,
    () => `cdf and quantile: the measure must have dimension 1, got ${mixture.dimension}`,
  );
}

function tail(mixture: CompiledMixture, x: number, side: number): number {
  checkLine(mixture);
  const { weights, means, inverseFactors } = mixture;
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k] * normalCdf(side * (x - means[k]) * inverseFactors[k]);
  }
  return sum;
}

function lineDensity(mixture: CompiledMixture, x: number): number {
  const { weights, means, inverseFactors } = mixture;
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    const z = (x - means[k]) * inverseFactors[k];
    sum += weights[k] * inverseFactors[k] * Math.exp(-0.5 * z * z);
  }
  return sum / Math.sqrt(2 * Math.PI);
}
