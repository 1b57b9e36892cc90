/** @file Gaussians bent along a parabola. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import { normals } from "../random/draw.ts";
import type { Measure } from "./measure.ts";
import { pointCount } from "./mixtureKernel.ts";
import { checkCount } from "./weights.ts";

export interface BananaParameters {
  /** Mean of the measure, two numbers. */
  readonly centre: Vector;
  /** `[s, t]`: standard deviations of the Gaussian along and across, before it is bent. */
  readonly deviations: readonly [along: number, across: number];
  /** `b`, in units of one over length. */
  readonly bend: number;
}

export interface Banana extends BananaParameters, Measure {}

/**
 * The law of `c + (y₁, y₂ + b (y₁² − s²))` with `y₁ ~ N(0, s²)` and `y₂ ~ N(0, t²)` independent. The map has determinant
 * one, so `ρ(x) = N(y₁; 0, s²) N(y₂; 0, t²)` with `y₂ = x₂ − c₂ − b (y₁² − s²)`; mean `c`, uncorrelated coordinates of
 * variances `s²` and `t² + 2b²s⁴`.
 *
 * @see Haario, Saksman & Tamminen (1999), "Adaptive proposal distribution for random walk Metropolis algorithm",
 *   doi:10.1007/s001800050022.
 */
export function banana({ centre, deviations, bend }: BananaParameters): Banana {
  checkCount("banana: centre", centre.length, 2);
  check(centre.every(Number.isFinite), () => `banana: centre must be finite numbers, got [${centre}]`);
  deviations.forEach((s, a) => {
    check(s > 0 && s < Infinity, () => `banana: deviations must be positive, got ${s} at index ${a}`);
  });
  check(Number.isFinite(bend), () => `banana: bend must be a finite number, got ${bend}`);
  const [s, t] = deviations;
  const logConstant = -Math.log(2 * Math.PI * s * t);
  const rise = (y: number) => bend * (y * y - s * s);
  return {
    dimension: 2,
    centre,
    deviations,
    bend,
    sample: (key, count) => {
      const z = normals(key, 2 * count);
      return z.map((value, i) =>
        i % 2 === 0 ? centre[0] + s * value : centre[1] + t * value + rise(s * z[i - 1]),
      );
    },
    logDensity: (points) =>
      Float64Array.from({ length: pointCount("logDensity", points, 2) }, (_, i) => {
        const along = points[2 * i] - centre[0];
        const across = points[2 * i + 1] - centre[1] - rise(along);
        return logConstant - 0.5 * ((along / s) ** 2 + (across / t) ** 2);
      }),
    score: (points) => {
      const result = new Float64Array(2 * pointCount("score", points, 2));
      for (let i = 0; i < result.length; i += 2) {
        const along = points[i] - centre[0];
        const across = (points[i + 1] - centre[1] - rise(along)) / (t * t);
        result[i] = -along / (s * s) + 2 * bend * along * across;
        result[i + 1] = -across;
      }
      return result;
    },
  };
}
