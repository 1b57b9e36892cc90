/** @file The φ⁴ field on a ring of sites, in the modes of its Gaussian part. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { type Matrix, matmul, matvec, transpose, type Vector } from "../../linalg/matrix.ts";
import type { Measure } from "../../measures/measure.ts";
import { renormalisedPotential } from "./renormalised.ts";

/** The lattice Laplacian's modes on a ring, and the potential of a field in them. */
export interface LatticeField {
  /** Number of sites, and of modes. */
  readonly dimension: number;
  /** Of `A = −Δ + m²`, one a mode: the precision of the Gaussian part. */
  readonly eigenvalues: Vector;
  /** Orthogonal, a mode a column: field values are `φ = Q a`. */
  readonly modes: Matrix;
  /** `V_0` as a function of the coefficients `a`. */
  readonly potential: PotentialFunction;
  /**
   * `σ_0 ∝ exp(−½φᵀAφ − V_0(φ))` in the coefficients `a`: log-density and score, the first up to a constant. It has no sampler of its own;
   * `hamiltonianMonteCarlo` takes it for a target.
   */
  readonly target: Omit<Measure, "sample">;
}

/**
 * The field of `n` sites with `V_0(φ) = Σ_x (¼ g φ_x⁴ + ½ ν φ_x²)` on top of `½φᵀAφ`, `A = −Δ + m²`. With one site `A = m²`.
 *
 * @param options.mass2 `m² > 0`, in units of 1/time.
 * @param options.coupling `g > 0`.
 * @param options.quadratic `ν`; a double well at each site where `ν + m² < 0`.
 */
export function phi4Ring(options: {
  readonly sites: number;
  readonly mass2: number;
  readonly coupling: number;
  readonly quadratic: number;
}): LatticeField {
  const { sites: n, mass2, coupling: g, quadratic: nu } = options;
  check(Number.isInteger(n) && n > 0, () => `phi4Ring: sites must be a positive integer, got ${n}`);
  check(mass2 > 0, () => `phi4Ring: mass2 must be positive, got ${mass2}`);
  check(g > 0, () => `phi4Ring: coupling must be positive, got ${g}`);
  const wave = (k: number) => 2 * Math.sin((Math.PI * Math.ceil(k / 2)) / n);
  const eigenvalues = Array.from({ length: n }, (_, k) => mass2 + wave(k) ** 2);
  const modes = fourierModes(n);
  const inverse = transpose(modes);
  const potential: PotentialFunction = {
    value: (a) => matvec(modes, a).reduce((sum, x) => sum + 0.25 * g * x ** 4 + 0.5 * nu * x * x, 0),
    gradient: (a) =>
      matvec(
        inverse,
        matvec(modes, a).map((x) => g * x ** 3 + nu * x),
      ),
    hessian: (a) => {
      const curvature = matvec(modes, a).map((x) => 3 * g * x * x + nu);
      return matmul(
        inverse,
        modes.map((row, x) => row.map((q) => curvature[x] * q)),
      );
    },
  };
  return { dimension: n, eigenvalues, modes, potential, target: targetOf(eigenvalues, potential) };
}

function targetOf(eigenvalues: Vector, potential: PotentialFunction): Omit<Measure, "sample"> {
  const d = eigenvalues.length;
  return {
    dimension: d,
    logDensity: (points) =>
      Float64Array.from({ length: points.length / d }, (_, i) => {
        const a = points.subarray(i * d, (i + 1) * d);
        return -potential.value(a) - 0.5 * eigenvalues.reduce((sum, value, k) => sum + value * a[k] ** 2, 0);
      }),
    score: (points) => {
      const values = new Float64Array(points.length);
      for (let i = 0; i < points.length; i += d) {
        const slope = potential.gradient(points.subarray(i, i + d));
        for (let k = 0; k < d; k++) values[i + k] = -slope[k] - eigenvalues[k] * points[i + k];
      }
      return values;
    },
  };
}

/**
 * `log ∫ exp(−½φᵀAφ − V_0(φ)) dφ` by quadrature, for a field of up to three sites: what the target's log-density lacks. It is
 * `½ Σ_k log(2π/A_k)` less the renormalised potential at the origin when everything is integrated out.
 */
export function logNormaliser({ eigenvalues, potential }: LatticeField, nodes: number): number {
  const covariance = eigenvalues.map((value) => 1 / value);
  const all = renormalisedPotential(potential, { covariance, nodes });
  const gaussian = covariance.reduce((sum, c) => sum + 0.5 * Math.log(2 * Math.PI * c), 0);
  return gaussian - all.value(new Float64Array(covariance.length));
}

/**
 * `G(r) = (1/n) Σ_x E φ_x φ_{x+r}` for `r = 0…n/2` from the second moments of the modes: the two-point function of the field.
 *
 * @param second `E a_j a_k`, `[n, n]`.
 */
export function twoPointFunction({ modes, dimension: n }: LatticeField, second: Matrix): number[] {
  const sites = matmul(matmul(modes, second), transpose(modes));
  return Array.from({ length: Math.floor(n / 2) + 1 }, (_, r) =>
    sites.reduce((sum, row, x) => sum + row[(x + r) % n] / n, 0),
  );
}

/** Real Fourier modes: the constant, then cosine and sine of each wave, and the alternating one last where `n` is even. */
function fourierModes(n: number): number[][] {
  return Array.from({ length: n }, (_, x) =>
    Array.from({ length: n }, (_, k) => {
      const angle = (2 * Math.PI * Math.ceil(k / 2) * x) / n;
      if (k === 0) return 1 / Math.sqrt(n);
      if (2 * Math.ceil(k / 2) === n) return Math.cos(angle) / Math.sqrt(n);
      return Math.sqrt(2 / n) * (k % 2 === 1 ? Math.cos(angle) : Math.sin(angle));
    }),
  );
}
