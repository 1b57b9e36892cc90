/** @file Densities on ellipsoids. */

import { check } from "../check/check.ts";
import { inverse, logDet } from "../linalg/lu.ts";
import { checkSquare, type Matrix, transpose, type Vector } from "../linalg/matrix.ts";
import { betas, normals } from "../random/draw.ts";
import { type Key, split } from "../random/key.ts";
import { logGamma } from "./logGamma.ts";
import type { Measure } from "./measure.ts";
import { rotate } from "./rotatedProduct.ts";
import { checkCount } from "./weights.ts";

/** Where and how a mass lies on an ellipsoid. */
export interface EllipsoidParameters {
  /** `c`, d numbers. */
  readonly centre: Vector;
  /** `A`, d × d and invertible: the ellipsoid is `{c + A z : |z| ≤ 1}`. */
  readonly axes: Matrix;
  /** `p ≥ 0`. */
  readonly power: number;
}

export interface Ellipsoid extends EllipsoidParameters, Measure {}

/**
 * `ρ(x) = Γ(p+1+d/2) / (π^{d/2} Γ(p+1) |det A|) (1 − |A⁻¹(x − c)|²)₊^p` on R^d, d the length of `centre`: uniform on the
 * ellipsoid for `p = 0`, a profile of Barenblatt for `p = 1/(m−1)`, with covariance `A Aᵀ / (2p + d + 2)`. Its score
 * `−2p A⁻ᵀ z / (1 − |z|²)`, `z = A⁻¹(x − c)`, grows without bound towards the boundary where `p > 0`.
 */
export function ellipsoid({ centre, axes, power }: EllipsoidParameters): Ellipsoid {
  const d = centre.length;
  check(
    d > 0 && centre.every(Number.isFinite),
    () => `ellipsoid: centre must be finite numbers, got [${centre}]`,
  );
  checkSquare("ellipsoid: axes", axes);
  checkCount("ellipsoid: axes", axes.length, d);
  check(power >= 0 && power < Infinity, () => `ellipsoid: power must not be negative, got ${power}`);
  const { logAbs } = logDet(axes);
  check(logAbs > -Infinity, () => "ellipsoid: axes must be invertible, got a matrix of determinant 0");
  const logConstant = logBallConstant(d, power) - logAbs;
  const toBall = inverse(axes);
  const toGradient = transpose(toBall);
  const largest = largestSquare(centre, axes, toBall);
  const ball = (points: Float64Array) =>
    rotate(
      points.map((x, i) => x - centre[i % d]),
      toBall,
    );
  return {
    dimension: d,
    centre,
    axes,
    power,
    sample: (key, count) => {
      const points = rotate(ballSample({ dimension: d, power, largest }, key, count), axes);
      return points.map((x, i) => x + centre[i % d]);
    },
    logDensity: (points) =>
      squares(ball(points), d).map((square) => {
        if (square >= 1) return -Infinity;
        return power === 0 ? logConstant : logConstant + power * Math.log1p(-square);
      }),
    score: (points) => {
      const z = ball(points);
      const pull = squares(z, d).map((square) => (square < 1 ? (-2 * power) / (1 - square) : 0));
      return rotate(
        z.map((value, i) => (power === 0 ? 0 : pull[Math.floor(i / d)] * value)),
        toGradient,
      );
    },
  };
}

/** `−log ∫_{|z|<1} (1 − |z|²)^p dz`. */
export function logBallConstant(d: number, power: number): number {
  return logGamma(power + 1 + d / 2) - logGamma(power + 1) - 0.5 * d * Math.log(Math.PI);
}

/** Samples of the density `∝ (1 − |z|²)₊^p`, `|z|² ≤ largest`: `|z|² ~ Beta(d/2, p + 1)`, in a uniform direction. */
function ballSample(
  law: { readonly dimension: number; readonly power: number; readonly largest: number },
  key: Key,
  count: number,
): Float64Array {
  const { dimension: d, power, largest } = law;
  const [radiusKey, directionKey] = split(key, 2);
  const radii = betas(radiusKey, [d / 2, power + 1], count).map((q) => Math.sqrt(Math.min(q, largest)));
  const directions = normals(directionKey, d * count);
  const lengths = squares(directions, d).map(Math.sqrt);
  return directions.map((g, i) => (radii[Math.floor(i / d)] * g) / lengths[Math.floor(i / d)]);
}

/** The largest `|z|²` from which round-off in `x = c + A z` and back leads to no `|z|² ≥ 1`. */
function largestSquare(centre: Vector, axes: Matrix, toBall: Matrix): number {
  const sizes = centre.map((c, a) => Math.abs(c) + axes[a].reduce((sum, value) => sum + Math.abs(value), 0));
  const magnified = toBall.map((row) => row.reduce((sum, value, b) => sum + Math.abs(value) * sizes[b], 0));
  return Math.max(0, 1 - 8 * centre.length * Number.EPSILON * Math.max(...magnified));
}

/** `|z|²` for every row. */
function squares(rows: Float64Array, dimension: number): Float64Array {
  const result = new Float64Array(rows.length / dimension);
  rows.forEach((value, i) => {
    result[Math.floor(i / dimension)] += value * value;
  });
  return result;
}
