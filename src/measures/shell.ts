/** @file Densities along a sphere in space. */

import { check } from "../check/check.ts";
import { normals, uniforms } from "../random/draw.ts";
import { type Key, split } from "../random/key.ts";
import type { Measure } from "./measure.ts";
import { pointCount } from "./mixtureKernel.ts";
import { normalCdf } from "./normal.ts";

export interface ShellParameters {
  /** `R ≥ 0`. */
  readonly radius: number;
  /** `σ > 0`. */
  readonly deviation: number;
}

export interface Shell extends ShellParameters, Measure {
  /** `log ∫ e^{−(|x| − R)²/2σ²} dx`. */
  readonly logMass: number;
  /** `E|x|²`. */
  readonly secondMoment: number;
  /** The differential entropy `−∫ρ log ρ`, in nats. */
  readonly entropy: number;
}

/**
 * `ρ(x) ∝ e^{−(|x| − R)²/2σ²}` in R³: a sphere of radius `R` about the origin with a Gaussian profile of width `σ` across. Its score points along the
 * radius (and is zero at the origin, where the density has a cone).
 */
export function shell({ radius, deviation }: ShellParameters): Shell {
  check(radius >= 0 && radius < Infinity, () => `shell: radius must not be negative, got ${radius}`);
  check(deviation > 0 && deviation < Infinity, () => `shell: deviation must be positive, got ${deviation}`);
  const a = radius / deviation;
  const [i0, i1, i2, i3, i4] = profileMoments(a);
  const area = a ** 2 * i0 + 2 * a * i1 + i2; // ∫ (a + s)² e^{−s²/2}
  const logMass = Math.log(4 * Math.PI * deviation ** 3 * area);
  const across = (a ** 2 * i2 + 2 * a * i3 + i4) / area; // E s²
  const fourth = a ** 4 * i0 + 4 * a ** 3 * i1 + 6 * a ** 2 * i2 + 4 * a * i3 + i4;
  return {
    dimension: 3,
    radius,
    deviation,
    logMass,
    secondMoment: (deviation ** 2 * fourth) / area,
    entropy: logMass + 0.5 * across,
    sample: (key, count) => shellSample({ radius, deviation }, key, count),
    logDensity: (points) => {
      pointCount("logDensity", points, 3);
      return lengths(points).map((r) => -0.5 * ((r - radius) / deviation) ** 2 - logMass);
    },
    score: (points) => {
      pointCount("score", points, 3);
      const pulls = lengths(points).map((r) => (r === 0 ? 0 : (radius - r) / (deviation ** 2 * r)));
      return points.map((x, i) => pulls[Math.floor(i / 3)] * x);
    },
  };
}

/** `∫_{−a}^∞ s^k e^{−s²/2} ds` for `k ≤ 4`, by parts. */
function profileMoments(a: number): readonly number[] {
  const edge = Math.exp(-0.5 * a * a);
  const moments = [Math.sqrt(2 * Math.PI) * normalCdf(a), edge];
  for (let k = 2; k <= 4; k++) moments.push((-a) ** (k - 1) * edge + (k - 1) * moments[k - 2]);
  return moments;
}

/** Exact samples: the radius by its distribution function, in a uniform direction. */
function shellSample({ radius, deviation }: ShellParameters, key: Key, count: number): Float64Array {
  const [radiusKey, directionKey] = split(key, 2);
  const u = uniforms(radiusKey, count);
  const directions = normals(directionKey, 3 * count);
  const norms = lengths(directions);
  const a = radius / deviation;
  const radii = u.map((share) => radius + deviation * profileQuantile(a, share));
  return directions.map((g, i) => (radii[Math.floor(i / 3)] * g) / norms[Math.floor(i / 3)]);
}

/** `∫_t^∞ (a + s)² e^{−s²/2} ds = (a² + 1) √(2π) Φ(−t) + (2a + t) e^{−t²/2}`, for `t ≥ −a`. */
function massBeyond(a: number, t: number): number {
  return (a * a + 1) * Math.sqrt(2 * Math.PI) * normalCdf(-t) + (2 * a + t) * Math.exp(-0.5 * t * t);
}

/** The `t > −a` with the share `u` of `(a + t)² e^{−t²/2}` beyond it, by Newton's iteration on the concave logarithm of that share. */
function profileQuantile(a: number, u: number): number {
  const mass = u * massBeyond(a, -a);
  let t = 1;
  for (let iteration = 0; iteration < 100; iteration++) {
    const beyond = massBeyond(a, t);
    const slope = (a + t) ** 2 * Math.exp(-0.5 * t * t);
    const next = t + (beyond * Math.log(beyond / mass)) / slope;
    if (!(next > -a) || (iteration > 0 && next >= t)) break; // round-off: t is the root
    t = next;
  }
  return t;
}

function lengths(points: Float64Array): Float64Array {
  return Float64Array.from({ length: points.length / 3 }, (_, i) =>
    Math.hypot(points[3 * i], points[3 * i + 1], points[3 * i + 2]),
  );
}
