/** @file Densities along a circle in the plane. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import { uniforms } from "../random/draw.ts";
import { type Key, split } from "../random/key.ts";
import type { Measure } from "./measure.ts";
import { pointCount } from "./mixtureKernel.ts";
import { normalCdf } from "./normal.ts";
import { checkCount } from "./weights.ts";

export interface RingParameters {
  /** `c`, two numbers. */
  readonly centre: Vector;
  /** `R ≥ 0`. */
  readonly radius: number;
  /** `σ > 0`. */
  readonly deviation: number;
}

export interface Ring extends RingParameters, Measure {}

/**
 * `ρ(x) = e^{−(|x − c| − R)²/2σ²} / (2πσ² S)` in the plane, with `a = R/σ` and `S = a √(2π) Φ(a) + e^{−a²/2}`: a circle of
 * radius `R` with a Gaussian profile of width `σ` across. Its score points along the radius (and is zero at the centre,
 * where the density has a cone).
 */
export function ring({ centre, radius, deviation }: RingParameters): Ring {
  checkCount("ring: centre", centre.length, 2);
  check(centre.every(Number.isFinite), () => `ring: centre must be finite numbers, got [${centre}]`);
  check(radius >= 0 && radius < Infinity, () => `ring: radius must not be negative, got ${radius}`);
  check(deviation > 0 && deviation < Infinity, () => `ring: deviation must be positive, got ${deviation}`);
  const [x0, y0] = centre;
  const logMass = Math.log(
    2 * Math.PI * deviation ** 2 * massBeyond(radius / deviation, -radius / deviation),
  );
  return {
    dimension: 2,
    centre,
    radius,
    deviation,
    sample: (key, count) => ringSample({ centre, radius, deviation }, key, count),
    logDensity: (points) =>
      Float64Array.from({ length: pointCount("logDensity", points, 2) }, (_, i) => {
        const t = (Math.hypot(points[2 * i] - x0, points[2 * i + 1] - y0) - radius) / deviation;
        return -0.5 * t * t - logMass;
      }),
    score: (points) => {
      pointCount("score", points, 2);
      return points.map((x, i) => {
        const distance = Math.hypot(x - centre[i % 2], points[i ^ 1] - centre[(i % 2) ^ 1]);
        if (distance === 0) return 0;
        return ((radius - distance) / deviation ** 2) * ((x - centre[i % 2]) / distance);
      });
    },
  };
}

/** Exact samples: the radius by its distribution function, in a uniform direction. */
function ringSample({ centre, radius, deviation }: RingParameters, key: Key, count: number): Float64Array {
  const [radiusKey, angleKey] = split(key, 2);
  const u = uniforms(radiusKey, count);
  const angles = uniforms(angleKey, count);
  const a = radius / deviation;
  const samples = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const distance = radius + deviation * profileQuantile(a, u[i]);
    samples[2 * i] = centre[0] + distance * Math.cos(2 * Math.PI * angles[i]);
    samples[2 * i + 1] = centre[1] + distance * Math.sin(2 * Math.PI * angles[i]);
  }
  return samples;
}

/** `∫_t^∞ (a + s) e^{−s²/2} ds = a √(2π) Φ(−t) + e^{−t²/2}`, for `t ≥ −a`. */
function massBeyond(a: number, t: number): number {
  return a * Math.sqrt(2 * Math.PI) * normalCdf(-t) + Math.exp(-0.5 * t * t);
}

/**
 * The `t > −a` with the share `u` of the density `∝ (a + t) e^{−t²/2}` beyond it, by Newton's iteration on the logarithm of
 * that share. It is concave, so after the first step the iterates fall to the root without passing it.
 */
function profileQuantile(a: number, u: number): number {
  const mass = u * massBeyond(a, -a);
  let t = 1;
  for (let iteration = 0; iteration < 100; iteration++) {
    const beyond = massBeyond(a, t);
    const slope = (a + t) * Math.exp(-0.5 * t * t);
    const next = t + (beyond * Math.log(beyond / mass)) / slope;
    if (!(next > -a) || (iteration > 0 && next >= t)) break; // round-off: t is the root
    t = next;
  }
  return t;
}
