/** @file Does a step satisfy its Euler–Lagrange equation: tests of any JKO step that need no reference solution. */

import { check } from "../check/check.ts";
import type { Coordinates } from "../domains/phaseSpace.ts";
import { cholesky, inverseLower } from "../linalg/cholesky.ts";
import { type Estimate, estimate, moments } from "./statistics.ts";

/** A step seen at independent points of the initial measure. */
export interface ObservedStep {
  readonly dimension: number;
  /** The coordinates that move; all where this is left out. */
  readonly along?: Coordinates;
  /** The step; in a metric that is `1/c` that of Wasserstein, `cτ`. */
  readonly tau: number;
  /** `x_i`, row-major. */
  readonly initial: ArrayLike<number>;
  /** `T(x_i)`, row-major. */
  readonly moved: ArrayLike<number>;
  /** `∇V` at the moved points, row-major. */
  readonly force: ArrayLike<number>;
  /** `W'(r)/r` of an interaction as a function of `r²`; absent where there is none. */
  readonly interactionSlope?: (squared: number) => number;
  /** `P(ρ₁)/ρ₁ = D + c ρ₁^{m−1}` at the moved points; a number where it is constant. */
  readonly pressure: ArrayLike<number> | number;
}

export interface WeakResidual {
  /** `sup |r(ξ)| / ‖ξ‖` over the fields, `‖·‖` that of `L²(ρ₁)`; a velocity. Sampling noise alone makes it about `noise`. */
  readonly value: number;
  /** Monte Carlo standard error of `value`. */
  readonly standardError: number;
  /** What an exact step would show with this sample: `√(Σ_k Var(r_k))`. */
  readonly noise: number;
  /** `value` divided by the root mean square velocity `√E|T−x|² / τ`. */
  readonly relative: number;
}

/**
 * The weak Euler–Lagrange residual
 *
 *     r(ξ) = E[ξ(T)·((T − x)/τ + ∇V(T) + (∇W*ρ₁)(T))] − E[(D + cρ₁^{m−1}) ∇·ξ (T)],
 *
 * zero for every field `ξ` along the coordinates that move at the exact step (no score is needed), tested on all polynomials up to `degree`: 3 where it is
 * left out, less in many dimensions, where these are more than the particles can judge. In a basis that is
 * orthonormal in `L²(ρ₁)` the supremum is the Euclidean norm of the residuals. The interaction enters as
 * `½E[(ξ(X) − ξ(Y))·∇W(X − Y)]` over independent pairs: finite even where `∇W` has no variance.
 */
export function weakResidual(step: ObservedStep, options: { readonly degree?: number } = {}): WeakResidual {
  const { dimension: d, tau, initial, moved, force, pressure } = step;
  const n = countOf(step);
  const powers = monomials(d, options.degree ?? affordableDegree(step, n));
  const { value: basis, slope: slopes } = orthonormalBasis(step, powers);
  const { start, count } = step.along ?? { start: 0, count: d };
  const fields = powers.length * count;
  // One row a sample: its contribution to r_k for each of the fields (basis polynomial q, direction b).
  const terms = new Float64Array(n * fields);
  let movement = 0;
  check(
    step.interactionSlope === undefined || count === d,
    () => "weak residual: with an interaction all coordinates must move",
  );
  addInteraction(step, { basis, terms, size: powers.length });
  for (let i = 0; i < n; i++) {
    const p = typeof pressure === "number" ? pressure : pressure[i];
    for (let b = start; b < start + count; b++) {
      const shift = moved[i * d + b] - initial[i * d + b];
      const pull = shift / tau + force[i * d + b];
      movement += shift * shift;
      for (let q = 0; q < powers.length; q++) {
        const at = i * powers.length + q;
        terms[i * fields + q * count + b - start] += basis[at] * pull - p * slopes[at * d + b];
      }
    }
  }
  return summarise(terms, fields, Math.sqrt(movement / n) / tau);
}

/** Most fields that are tested by themselves, and particles for each of them. */
const [mostFields, particlesPerField] = [400, 8];

/** The highest degree up to three of which there are no more fields than particles can judge; at least one. */
function affordableDegree({ dimension: d, along }: ObservedStep, n: number): number {
  const most = Math.min(mostFields, n / particlesPerField);
  const fits = (degree: number) => monomials(d, degree).length * (along?.count ?? d) <= most;
  return [3, 2].find(fits) ?? 1;
}

/** Partners of every point in means over pairs. */
const partners = 32;

/** Calls `visit` with `W'(r)/r/partners` for pairs `(i, j)`, the same number for every `i`. */
function visitPairs(step: ObservedStep, visit: (i: number, j: number, slope: number) => void): void {
  const { dimension: d, moved, interactionSlope } = step;
  if (interactionSlope === undefined) return;
  const n = moved.length / d;
  for (let k = 1; k <= partners; k++) {
    // Offsets spread over the cloud; particles are exchangeable, so any will do.
    const offset = 1 + Math.floor(((k - 0.5) * (n - 1)) / partners);
    for (let i = 0; i < n; i++) {
      const j = (i + offset) % n;
      let squared = 0;
      for (let b = 0; b < d; b++) squared += (moved[i * d + b] - moved[j * d + b]) ** 2;
      if (squared > 0) visit(i, j, interactionSlope(squared) / partners);
    }
  }
}

function addInteraction(
  step: ObservedStep,
  at: { readonly basis: Float64Array; readonly terms: Float64Array; readonly size: number },
): void {
  const { dimension: d, moved } = step;
  const { basis, terms, size } = at;
  visitPairs(step, (i, j, slope) => {
    for (let b = 0; b < d; b++) {
      const pull = 0.5 * slope * (moved[i * d + b] - moved[j * d + b]);
      for (let q = 0; q < size; q++)
        terms[(i * size + q) * d + b] += (basis[i * size + q] - basis[j * size + q]) * pull;
    }
  });
}

/**
 * The virial identity `E|T|² − E|x|² = −2τ (E[T·(∇V + ∇W*ρ₁)(T)] − d E[D + cρ₁^{m−1}]) − E|T−x|²`, as left side minus right:
 * zero at the exact step.
 */
export function virialResidual(step: ObservedStep): Estimate {
  const { dimension: d, tau, initial, moved, force, pressure } = step;
  const n = countOf(step);
  const terms = Float64Array.from({ length: n }, (_, i) => {
    let sum = -2 * tau * d * (typeof pressure === "number" ? pressure : pressure[i]);
    for (let k = i * d; k < (i + 1) * d; k++) {
      // |T|² − |x|² + |T−x|² = 2 T·(T−x)
      sum += 2 * moved[k] * (moved[k] - initial[k]) + 2 * tau * moved[k] * force[k];
    }
    return sum;
  });
  visitPairs(step, (i, j, slope) => {
    for (let b = 0; b < d; b++) terms[i] += tau * slope * (moved[i * d + b] - moved[j * d + b]) ** 2;
  });
  return estimate(terms);
}

function countOf({ dimension, tau, initial, moved, force, pressure }: ObservedStep): number {
  const n = moved.length / dimension;
  check(tau > 0, () => `weak residual: tau must be positive, got ${tau}`);
  check(
    Number.isInteger(n) && n > 1 && initial.length === moved.length && force.length === moved.length,
    () =>
      `weak residual: initial, moved and force must be rows of ${dimension} of equal number, got lengths ${initial.length}, ${moved.length}, ${force.length}`,
  );
  check(
    typeof pressure === "number" || pressure.length === n,
    () => `weak residual: pressure must have ${n} entries, got ${(pressure as ArrayLike<number>).length}`,
  );
  return n;
}

/** All exponents `(p_1, …, p_d)` of total degree at most `degree`. */
function monomials(d: number, degree: number): number[][] {
  if (d === 0) return [[]];
  return Array.from({ length: degree + 1 }, (_, p) =>
    monomials(d - 1, degree - p).map((rest) => [p, ...rest]),
  ).flat();
}

/** Polynomials orthonormal under the moved points, with gradients: `value[i, q]`, `slope[i, q, b]`. */
function orthonormalBasis({ dimension: d, moved }: ObservedStep, powers: readonly number[][]) {
  const n = moved.length / d;
  const size = powers.length;
  const { mean, covariance } = moments(moved, d);
  const scale = covariance.map((row, a) => 1 / Math.sqrt(row[a] || 1)); // standardised first, only for conditioning
  const raw = new Float64Array(n * size);
  const rawSlope = new Float64Array(n * size * d);
  const z = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) z[a] = (moved[i * d + a] - mean[a]) * scale[a];
    powers.forEach((power, q) => {
      raw[i * size + q] = power.reduce((product, p, a) => product * z[a] ** p, 1);
      for (let b = 0; b < d; b++) {
        if (power[b] === 0) continue;
        const derivative = power.reduce(
          (product, p, a) => product * (a === b ? p * z[a] ** (p - 1) : z[a] ** p),
          1,
        );
        rawSlope[(i * size + q) * d + b] = derivative * scale[b];
      }
    });
  }
  const mix = inverseLower(cholesky(gram(raw, n, size), "weak residual: the Gram matrix of the fields"));
  const value = new Float64Array(n * size);
  const slope = new Float64Array(n * size * d);
  for (let i = 0; i < n; i++) {
    for (let q = 0; q < size; q++) {
      for (let r = 0; r <= q; r++) {
        value[i * size + q] += mix[q][r] * raw[i * size + r];
        for (let b = 0; b < d; b++)
          slope[(i * size + q) * d + b] += mix[q][r] * rawSlope[(i * size + r) * d + b];
      }
    }
  }
  return { value, slope };
}

function gram(values: Float64Array, n: number, size: number): number[][] {
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < n; i++) {
    for (let q = 0; q < size; q++) {
      for (let r = 0; r <= q; r++) matrix[q][r] += values[i * size + q] * values[i * size + r];
    }
  }
  return matrix.map((row, q) => row.map((_, r) => matrix[Math.max(q, r)][Math.min(q, r)] / n));
}

function summarise(terms: Float64Array, fields: number, speed: number): WeakResidual {
  const n = terms.length / fields;
  const columns = Array.from({ length: fields }, (_, k) =>
    estimate(Float64Array.from({ length: n }, (_, i) => terms[i * fields + k])),
  );
  const value = Math.hypot(...columns.map((column) => column.mean));
  const noise = Math.hypot(...columns.map((column) => column.standardError));
  // The derivative of the norm along each r_k is r_k / norm: the error of the norm is that of this combination.
  const projected = Float64Array.from({ length: n }, (_, i) =>
    columns.reduce(
      (sum, column, k) => sum + (value === 0 ? 0 : column.mean / value) * terms[i * fields + k],
      0,
    ),
  );
  return { value, standardError: estimate(projected).standardError, noise, relative: value / speed };
}
