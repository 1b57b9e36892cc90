/** @file The density of Bobylev, Krook and Wu at one time. */

import { pointCount } from "../../measures/mixtureKernel.ts";
import { gammas, normals, uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { ScoredMeasure } from "./exactScore.ts";

export interface BkwDensity extends ScoredMeasure {
  /** `K`, in `[d/(d+2), 1]`. */
  readonly spread: number;
  /** `log f` as a function of `|v|²`. */
  radialLogDensity(square: number): number;
  /** `g` with `∇log f = g(|v|²) v`. */
  radialScore(square: number): number;
}

/** `f(v) = (2πK)^{−d/2} e^{−|v|²/2K} (P + Q|v|²)`, `P = ((d+2)K − d)/2K`, `Q = (1 − K)/2K²`. */
export function bkwDensity(d: number, K: number): BkwDensity {
  // At the first time P is zero up to round-off.
  const P = Math.max(0, ((d + 2) * K - d) / (2 * K));
  const Q = (1 - K) / (2 * K ** 2);
  const radialLogDensity = (square: number) =>
    Math.log(P + Q * square) - square / (2 * K) - 0.5 * d * Math.log(2 * Math.PI * K);
  const radialScore = (square: number) => (2 * Q) / (P + Q * square) - 1 / K;
  return {
    dimension: d,
    spread: K,
    radialLogDensity,
    radialScore,
    sample: (key, count) => bkwSample({ d, K, P }, key, count),
    logDensity: (points) => {
      pointCount("logDensity", points, d);
      return squares(points, d).map(radialLogDensity);
    },
    score: (points) => {
      pointCount("score", points, d);
      const pulls = squares(points, d).map(radialScore);
      return points.map((x, i) => (x === 0 ? 0 : pulls[Math.floor(i / d)] * x));
    },
    scoreJacobian: (points) => {
      const bends = squares(points, d);
      const jacobian = new Float64Array(points.length * d);
      bends.forEach((square, i) => {
        const bend = -((2 * Q) ** 2) / (P + Q * square) ** 2;
        for (let k = 0; k < d; k++) {
          for (let f = 0; f < d; f++) {
            const isotropic = k === f ? radialScore(square) : 0;
            jacobian[(i * d + k) * d + f] = isotropic + bend * points[i * d + k] * points[i * d + f];
          }
        }
      });
      return jacobian;
    },
  };
}

/**
 * Exact samples: `f` is the mixture of `N(0, K I)`, with weight `P`, and of that Gaussian times `|v|²/dK`, whose direction is uniform and
 * whose `|v|²/K` has the χ² distribution of `d + 2` degrees of freedom.
 */
function bkwSample(
  { d, K, P }: { readonly d: number; readonly K: number; readonly P: number },
  key: Key,
  count: number,
): Float64Array {
  const directions = normals(foldIn(key, "direction"), d * count);
  const chosen = uniforms(foldIn(key, "component"), count);
  const halves = gammas(foldIn(key, "radius"), d / 2 + 1, count);
  const lengths = squares(directions, d);
  return directions.map((g, m) => {
    const i = Math.floor(m / d);
    const stretch = chosen[i] < P ? K : (2 * halves[i] * K) / lengths[i];
    return Math.sqrt(stretch) * g;
  });
}

/** `|v|²` of every row. */
function squares(rows: Float64Array, d: number): Float64Array {
  const result = new Float64Array(rows.length / d);
  for (let i = 0; i < rows.length; i++) result[Math.floor(i / d)] += rows[i] ** 2;
  return result;
}
