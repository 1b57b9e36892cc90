/** @file The self-similar solutions of the porous medium equation, their exact flow and their exact JKO steps. */

import { check } from "../../check/check.ts";
import { increasingRoot } from "../../linalg/root.ts";
import { barenblatt } from "../../measures/barenblatt.ts";
import { logGamma } from "../../measures/logGamma.ts";
import type { Measure } from "../../measures/measure.ts";

/** What fixes the profile `B(y) = (C − k|y|²)_+^{1/(m−1)}` of unit mass in `R^d`. */
export interface BarenblattConstants {
  readonly dimension: number;
  /** `m > 1`. */
  readonly exponent: number;
  /** `β = 1/(d(m−1) + 2)`: lengths grow like `t^β`. */
  readonly beta: number;
  /** `k = β(m−1)/(2m)`. */
  readonly k: number;
  /** `C = (k^{d/2} Γ(p+1+d/2) / (π^{d/2} Γ(p+1)))^{1/(p+d/2)}` with `p = 1/(m−1)`. */
  readonly C: number;
  /** Where the profile ends: `√(C/k)`. */
  readonly radius: number;
  /** `M₂ = ∫|y|² B = (C/k) (d/2)/(p+1+d/2)`. */
  readonly secondMoment: number;
}

/**
 * The porous medium equation `∂_t ρ = cΔρ^m + a∇·(xρ)`, gradient flow of `E(ρ) = c/(m−1) ∫ρ^m + a/2 ∫|x|²ρ`, on the densities
 * `ρ_λ(x) = λ^{−d} B(x/λ)`, which both the flow and the JKO step map to one another. A state is its scale `λ`;
 * the Barenblatt solution of age `t` has `λ = (ct)^β`.
 */
export interface BarenblattSystem extends BarenblattConstants {
  /** `c > 0`. */
  readonly coefficient: number;
  /** `a ≥ 0`, in units of 1/time. */
  readonly confinement: number;
  /** `λ = (ct)^β`, the scale of the unconfined solution that was a point mass at time 0. */
  readonly scaleOfAge: (age: number) => number;
  /** `λ(t)^{1/β} = λ₀^{1/β} e^{−at/β} + c(1 − e^{−at/β}) β/a`, and `λ₀^{1/β} + ct` for `a = 0`. */
  readonly flow: (scale: number, time: number) => number;
  /** `argmin E(ρ) + W₂²(ρ_λ₀, ρ)/2τ`: the root of `λ − λ₀ = τ(cβλ^{1−1/β} − aλ)`. Its optimal map is `x ↦ (λ/λ₀) x`. */
  readonly jkoStep: (scale: number, tau: number) => number;
  /** `λ_∞ = (cβ/a)^β`; needs `a > 0`. */
  readonly steadyScale: () => number;
  /** `cβM₂/(d(m−1)) λ^{−d(m−1)} + ½ a M₂ λ²`. */
  readonly energy: (scale: number) => number;
  /** `W₂(ρ_λ, ρ_λ') = √M₂ |λ − λ'|`. */
  readonly distance: (scale: number, other: number) => number;
  /** `ρ_λ` at row-major points. */
  readonly density: (points: Float64Array, scale: number) => Float64Array;
  /** `P = c m/(m−1) ρ^{m−1}` at row-major points; the unconfined flow moves at `−∇P`. */
  readonly pressure: (points: Float64Array, scale: number) => Float64Array;
  /** `ρ_λ` about a centre (the origin unless given), with exact samples. */
  readonly measure: (scale: number, center?: readonly number[]) => Measure;
}

/** The constants of the profile for any `d ≥ 1` and `m > 1`. @see Vázquez (2007), The Porous Medium Equation, §17.3. */
export function barenblattConstants(dimension: number, exponent: number): BarenblattConstants {
  check(
    Number.isInteger(dimension) && dimension >= 1,
    () => `barenblatt: dimension must be an integer of at least 1, got ${dimension}`,
  );
  check(exponent > 1 && exponent < Infinity, () => `barenblatt: exponent must be above 1, got ${exponent}`);
  const half = dimension / 2;
  const p = 1 / (exponent - 1);
  const beta = 1 / (dimension * (exponent - 1) + 2);
  const k = (beta * (exponent - 1)) / (2 * exponent);
  const logC = (half * Math.log(k / Math.PI) + logGamma(p + 1 + half) - logGamma(p + 1)) / (p + half);
  const C = Math.exp(logC);
  const secondMoment = ((C / k) * half) / (p + 1 + half);
  return { dimension, exponent, beta, k, C, radius: Math.sqrt(C / k), secondMoment };
}

/**
 * The exact solutions and JKO steps of the porous medium equation from Barenblatt profiles.
 *
 * @param options.exponent `m > 1`.
 * @param options.coefficient `c > 0` of the internal energy `c/(m−1) ∫ρ^m`, 1 by default.
 * @param options.confinement `a ≥ 0` of the potential `a|x|²/2`, 0 by default.
 */
export function barenblattSystem(options: {
  readonly dimension: number;
  readonly exponent: number;
  readonly coefficient?: number;
  readonly confinement?: number;
}): BarenblattSystem {
  const { coefficient: c = 1, confinement: a = 0 } = options;
  check(c > 0 && c < Infinity, () => `barenblatt: coefficient must be positive, got ${c}`);
  check(a >= 0 && a < Infinity, () => `barenblatt: confinement must not be negative, got ${a}`);
  const constants = barenblattConstants(options.dimension, options.exponent);
  const { dimension: d, exponent: m, beta, secondMoment } = constants;
  const spread = d * (m - 1);
  return {
    ...constants,
    coefficient: c,
    confinement: a,
    scaleOfAge: (age) => (c * age) ** beta,
    flow: (scale, time) => flowedScale(checkScale(scale), time, { beta, c, a }),
    jkoStep: (scale, tau) => steppedScale(checkScale(scale), tau, { beta, c, a }),
    steadyScale: () => {
      check(a > 0, () => `barenblatt.steadyScale: confinement must be positive, got ${a}`);
      return ((c * beta) / a) ** beta;
    },
    energy: (scale) =>
      secondMoment * (((c * beta) / spread) * checkScale(scale) ** -spread + 0.5 * a * scale * scale),
    distance: (scale, other) => Math.sqrt(secondMoment) * Math.abs(scale - other),
    density: (points, scale) =>
      raised(points, checkScale(scale), constants).map((value) => value ** (1 / (m - 1))),
    pressure: (points, scale) =>
      raised(points, checkScale(scale), constants).map((value) => ((c * m) / (m - 1)) * value),
    measure: (scale, center) =>
      barenblatt({
        dimension: d,
        exponent: m,
        scale: checkScale(scale),
        centre: center ?? new Array<number>(d).fill(0),
      }),
  };
}

interface Rates {
  readonly beta: number;
  readonly c: number;
  readonly a: number;
}

function flowedScale(scale: number, time: number, { beta, c, a }: Rates): number {
  check(time >= 0, () => `barenblatt.flow: time must not be negative, got ${time}`);
  const rate = a / beta;
  const grown = rate === 0 ? time : -Math.expm1(-rate * time) / rate;
  return (scale ** (1 / beta) * Math.exp(-rate * time) + c * grown) ** beta;
}

function steppedScale(scale: number, tau: number, { beta, c, a }: Rates): number {
  check(tau > 0 && tau < Infinity, () => `barenblatt.jkoStep: tau must be positive, got ${tau}`);
  // (1 + τa) λ = λ₀ + τcβ λ^{−q}: the left side rises, the right one falls.
  const q = 1 / beta - 1;
  const low = scale / (1 + tau * a);
  const push = (tau * c * beta) / (1 + tau * a);
  const high = low + Math.min(push * low ** -q, push ** (1 / (1 + q)));
  return increasingRoot((x) => [x - low - push * x ** -q, 1 + q * push * x ** (-q - 1)], [low, high]);
}

/** `ρ^{m−1} = λ^{−d(m−1)} (C − k|x|²/λ²)_+`. */
function raised(points: Float64Array, scale: number, constants: BarenblattConstants): Float64Array {
  const { dimension: d, exponent: m, k, C } = constants;
  check(
    points.length % d === 0,
    () => `barenblatt: points must be rows of ${d}, got length ${points.length}`,
  );
  const height = scale ** (-d * (m - 1));
  return Float64Array.from({ length: points.length / d }, (_, i) => {
    let square = 0;
    for (let j = i * d; j < (i + 1) * d; j++) square += points[j] ** 2;
    return height * Math.max(0, C - (k * square) / (scale * scale));
  });
}

function checkScale(scale: number): number {
  check(scale > 0 && scale < Infinity, () => `barenblatt: scale must be positive, got ${scale}`);
  return scale;
}
