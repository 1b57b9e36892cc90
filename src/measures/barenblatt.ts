/** @file The source solutions of the porous medium equation. */

import { check } from "../check/check.ts";
import { diagonal, type Vector } from "../linalg/matrix.ts";
import { type Ellipsoid, ellipsoid, logBallConstant } from "./ellipsoid.ts";
import { checkCount } from "./weights.ts";

/**
 * The profile of Barenblatt at scale λ: `ρ(x) = λ^{−d} (C − k |x − c|²/λ²)₊^{1/(m−1)}` with `k = β(m−1)/(2m)`,
 * `β = 1/(d(m−1) + 2)` and `C = [k^{d/2} Γ(p+1+d/2) / (π^{d/2} Γ(p+1))]^{1/(p+d/2)}`, `p = 1/(m−1)`, for mass one. With
 * `λ = t^β` it solves the porous medium equation `∂_t ρ = Δ ρ^m` from a point mass at time 0. Its support is the ball of
 * radius `λ √(C/k)`.
 *
 * @param options.exponent `m > 1`.
 * @param options.scale `λ > 0`.
 * @see Vázquez (2007), The Porous Medium Equation, chapter 4.
 */
export function barenblatt(options: {
  readonly dimension: number;
  readonly exponent: number;
  readonly scale: number;
  readonly centre: Vector;
}): Ellipsoid {
  const { dimension: d, exponent: m, scale, centre } = options;
  checkCount("barenblatt: centre", centre.length, d);
  check(m > 1 && m < Infinity, () => `barenblatt: exponent must be greater than 1, got ${m}`);
  check(scale > 0 && scale < Infinity, () => `barenblatt: scale must be positive, got ${scale}`);
  const power = 1 / (m - 1);
  const k = (m - 1) / (2 * m * (d * (m - 1) + 2));
  const logC = (0.5 * d * Math.log(k) + logBallConstant(d, power)) / (power + d / 2);
  const radius = scale * Math.exp(0.5 * (logC - Math.log(k)));
  return ellipsoid({
    centre,
    axes: diagonal(centre.map(() => radius)),
    power,
  });
}
