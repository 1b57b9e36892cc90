/** @file Intervals with Gaussian edges. */

import { check } from "../check/check.ts";
import { normals, uniforms } from "../random/draw.ts";
import { split } from "../random/key.ts";
import type { LineMeasure } from "./measure.ts";
import { millsRatio, normalCdf, normalCdfIntegral, normalLogDensity, normalQuantile } from "./normal.ts";

/**
 * The uniform law of `[l, u]` smoothed by a Gaussian of width `σ`: `ρ(x) = [Φ((x−l)/σ) − Φ((x−u)/σ)] / (u−l)`, whose
 * distribution function is `σ/(u−l) [Ψ((x−l)/σ) − Ψ((x−u)/σ)]` with `Ψ(z) = z Φ(z) + φ(z)`. Tails are accurate; the
 * relative error of the differences is round-off times `σ/(u−l)`, so this is not for `u − l` far below `σ`.
 *
 * @param options.interval `[l, u]` with `l < u`.
 * @param options.deviation `σ > 0`.
 */
export function smoothBox(options: {
  readonly interval: readonly [low: number, high: number];
  readonly deviation: number;
}): LineMeasure {
  const { interval, deviation } = options;
  const [low, high] = interval;
  check(
    low < high && high - low < Infinity,
    () => `smoothBox: interval must be [low, high] with low < high, got [${interval}]`,
  );
  check(
    deviation > 0 && deviation < Infinity,
    () => `smoothBox: deviation must be positive, got ${deviation}`,
  );
  const middle = 0.5 * (low + high);
  const box: StandardBox = { half: (0.5 * (high - low)) / deviation };
  const place = (x: number) => (x - middle) / deviation;
  const quantile = (u: number) => middle + deviation * boxQuantile(box, u);
  const upperQuantile = (v: number) => middle - deviation * boxQuantile(box, v);
  return {
    dimension: 1,
    sample: (key, count) => {
      const [inside, noise] = split(key, 2);
      const z = normals(noise, count);
      return uniforms(inside, count).map((u, i) => low + (high - low) * u + deviation * z[i]);
    },
    logDensity: (points) => points.map((x) => boxLogDensity(box, -Math.abs(place(x))) - Math.log(deviation)),
    score: (points) =>
      points.map((x) => (-Math.sign(place(x)) * boxSlope(box, -Math.abs(place(x)))) / deviation),
    cdf: (x) => boxCdf(box, place(x)),
    survival: (x) => boxCdf(box, -place(x)),
    quantile,
    upperQuantile,
  };
}

/** The box `[−half, half]` smoothed by a standard normal. */
interface StandardBox {
  readonly half: number;
}

/** `[Φ(s + h) − Φ(s − h)] / φ(s + h)` for `s + h < −1`, where both tails underflow together. */
function tailMass({ half }: StandardBox, s: number): number {
  return millsRatio(-s - half) - Math.exp(2 * half * s) * millsRatio(half - s);
}

/** Logarithm of the density at `s ≤ 0`. */
function boxLogDensity(box: StandardBox, s: number): number {
  const { half } = box;
  const logWidth = Math.log(2 * half);
  if (s + half < -1) return normalLogDensity(s + half) + Math.log(tailMass(box, s)) - logWidth;
  return Math.log(normalCdf(s + half) - normalCdf(s - half)) - logWidth;
}

/** The derivative of the log-density at `s ≤ 0`. */
function boxSlope(box: StandardBox, s: number): number {
  const { half } = box;
  const step = -Math.expm1(2 * half * s); // [φ(s + h) − φ(s − h)] / φ(s + h)
  if (s + half < -1) return step / tailMass(box, s);
  return (step * Math.exp(normalLogDensity(s + half))) / (normalCdf(s + half) - normalCdf(s - half));
}

function boxCdf({ half }: StandardBox, s: number): number {
  if (s > 0) return 1 - boxCdf({ half }, -s);
  return (normalCdfIntegral(s + half) - normalCdfIntegral(s - half)) / (2 * half);
}

/**
 * Newton's iteration on the logarithm of the distribution function. It is concave and the start lies left of the root (the
 * normal part alone, at the box's left end), so the iterates climb to the root without passing it.
 */
function boxQuantile(box: StandardBox, u: number): number {
  check(u > 0 && u < 1, () => `smoothBox: quantile must be asked for between 0 and 1, got ${u}`);
  if (u > 0.5) return -boxQuantile(box, 1 - u);
  let s = normalQuantile(u) - box.half;
  for (let iteration = 0; iteration < 100; iteration++) {
    const mass = boxCdf(box, s);
    const next = Math.min(0, s + (mass * Math.log(u / mass)) / Math.exp(boxLogDensity(box, s)));
    if (!(next > s)) break; // round-off: s is the root
    s = next;
  }
  return s;
}
