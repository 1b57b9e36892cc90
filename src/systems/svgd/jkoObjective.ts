/** @file The JKO objective in Stein's metric over the velocities that a kernel spans, with its gradient. */

import type { Potential } from "../../energies/energy.ts";
import { solveLower, solveLowerTransposed } from "../../linalg/cholesky.ts";
import { determinant, inverse } from "../../linalg/lu.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { SteinGram } from "../../mobilities/stein.ts";
import type { Evaluation } from "../../optimizers/lineSearch.ts";

/** What a step is made of. */
export interface SteinStep {
  readonly cloud: Cloud;
  readonly potential: Potential;
  readonly tau: number;
  readonly gram: SteinGram;
  /** `L` of `K = L Lᵀ`, in the lower triangle of `n × n` entries. */
  readonly factor: Float64Array;
}

/** A velocity `v(x) = (1/n) Σ_j K(x, x_j) w_j` at the particles: components first, `[d, n]`, and `∂v_f/∂x_k` at `[n, k, f]`. */
interface SpannedVelocity {
  readonly weights: Float64Array;
  readonly value: Float64Array;
  readonly jacobian: Float64Array;
}

/** The `w` of coordinates `q`, `w = n L⁻ᵀ q`, components first, `[d, n]`. */
export function weightsOf({ cloud, factor }: SteinStep, q: Float64Array): Float64Array {
  const { dimension: d, count: n } = cloud;
  const weights = new Float64Array(d * n);
  for (let f = 0; f < d; f++) {
    const column = solveLowerTransposed(factor, q.subarray(f * n, (f + 1) * n));
    for (let j = 0; j < n; j++) weights[f * n + j] = n * column[j];
  }
  return weights;
}

/**
 * `L(w)/τ` with
 *
 *     L(w) = (τ/2n²) Σ_ij w_i·K_ij w_j + mean (V(T x_i) − V(x_i)) − mean log det ∇T(x_i),     T = id + (τ/n) Σ_j K(·, x_j) w_j,
 *
 * in coordinates `q` in which the first term is `½|q|²`, whatever the condition of `K`, so that the Hessian tends to the identity with `τ`. Infinite where the
 * map folds.
 */
export function steinObjective(step: SteinStep, q: Float64Array): Evaluation {
  const { cloud, potential, tau } = step;
  const { dimension: d, count: n, positions } = cloud;
  const velocity = spanned(step, weightsOf(step, q));
  const slopes = new Float64Array(d * n);
  const inverses = new Float64Array(n * d * d);
  const x = new Float64Array(d);
  let change = 0;
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < d; f++) x[f] = positions[i * d + f];
    const before = potential.value(x);
    for (let f = 0; f < d; f++) x[f] += tau * velocity.value[f * n + i];
    const slope = potential.gradient(x);
    for (let f = 0; f < d; f++) slopes[f * n + i] = slope[f];
    const volume = invertMap(velocity.jacobian, inverses, { at: i * d * d, d, tau });
    if (!(volume > 0)) return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(q.length) };
    change += potential.value(x) - before - Math.log(volume);
  }
  let action = 0;
  for (let k = 0; k < d * n; k++) action += (0.5 * velocity.weights[k] * velocity.value[k]) / n;
  const gradient = gradientOf(step, velocity, { slopes, inverses });
  return { value: action + change / (n * tau), gradient };
}

function spanned({ cloud, gram }: SteinStep, weights: Float64Array): SpannedVelocity {
  const { dimension: d, count: n } = cloud;
  const value = new Float64Array(d * n);
  const jacobian = new Float64Array(n * d * d);
  for (let f = 0; f < d; f++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += gram.values[i * n + j] * weights[f * n + j];
      value[f * n + i] = sum / n;
      for (let k = 0; k < d; k++) {
        let slope = 0;
        for (let j = 0; j < n; j++) slope += gram.slopes[(i * n + j) * d + k] * weights[f * n + j];
        jacobian[(i * d + k) * d + f] = slope / n;
      }
    }
  }
  return { weights, value, jacobian };
}

/** `L⁻¹ ∂/∂w` of the objective, times `n`. */
function gradientOf(
  { cloud, gram, factor }: SteinStep,
  velocity: SpannedVelocity,
  at: { readonly slopes: Float64Array; readonly inverses: Float64Array },
): Float64Array {
  const { dimension: d, count: n } = cloud;
  const gradient = new Float64Array(d * n);
  for (let f = 0; f < d; f++) {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const pull = at.slopes[f * n + i] / n;
      for (let j = 0; j < n; j++) column[j] += gram.values[i * n + j] * pull;
      for (let k = 0; k < d; k++) {
        const spread = at.inverses[(i * d + k) * d + f] / n;
        for (let j = 0; j < n; j++) column[j] -= gram.slopes[(i * n + j) * d + k] * spread;
      }
    }
    for (let j = 0; j < n; j++) column[j] += velocity.value[f * n + j];
    gradient.set(solveLower(factor, column), f * n);
  }
  return gradient;
}

/** Writes `M⁻¹` of `M = I + τ∇v`, `M_fk = δ_fk + τ ∂_k v_f`, with `(M⁻¹)_kf` at `[k, f]`, and gives `det M`. */
function invertMap(
  jacobian: Float64Array,
  inverses: Float64Array,
  { at, d, tau }: { readonly at: number; readonly d: number; readonly tau: number },
): number {
  const entry = (f: number, k: number) => (f === k ? 1 : 0) + tau * jacobian[at + k * d + f];
  if (d === 1) {
    inverses[at] = 1 / entry(0, 0);
    return entry(0, 0);
  }
  if (d === 2) {
    const area = entry(0, 0) * entry(1, 1) - entry(0, 1) * entry(1, 0);
    inverses[at] = entry(1, 1) / area;
    inverses[at + 1] = -entry(0, 1) / area;
    inverses[at + 2] = -entry(1, 0) / area;
    inverses[at + 3] = entry(0, 0) / area;
    return area;
  }
  return invertLarge(entry, inverses, { at, d });
}

function invertLarge(
  entry: (f: number, k: number) => number,
  inverses: Float64Array,
  { at, d }: { readonly at: number; readonly d: number },
): number {
  const matrix = Array.from({ length: d }, (_, f) => Array.from({ length: d }, (_, k) => entry(f, k)));
  const value = determinant(matrix);
  if (value !== 0) inverses.set(inverse(matrix).flat(), at);
  return value;
}
