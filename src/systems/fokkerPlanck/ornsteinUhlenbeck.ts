/** @file Closed forms for the Fokker–Planck equation with a quadratic potential. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { cholesky } from "../../linalg/cholesky.ts";
import { symmetricEigen, symmetricFunction } from "../../linalg/eigen.ts";
import { inverse } from "../../linalg/lu.ts";
import {
  add,
  checkSymmetric,
  diagonal,
  identity,
  type Matrix,
  matmul,
  matvec,
  scale,
  symmetrize,
  trace,
  transpose,
  type Vector,
} from "../../linalg/matrix.ts";
import { type AffineMap, affineMapBetween, composeAffine, pushGaussian } from "../../measures/affineMap.ts";
import { type Gaussian, type GaussianParameters, gaussian } from "../../measures/gaussian.ts";
import { type GaussianMixture, gaussianMixture } from "../../measures/mixture.ts";

/** A Gaussian with the affine map that carried its predecessor there. */
export interface GaussianStep {
  readonly gaussian: Gaussian;
  readonly map: AffineMap;
}

/** `∂_t ρ = ∇·(ρ A(x − μ)) + D Δρ`, the gradient flow of `E(ρ) = D∫ρ log ρ + ½∫(x−μ)ᵀA(x−μ) ρ`. */
export interface OrnsteinUhlenbeck {
  readonly dimension: number;
  readonly diffusion: number;
  readonly potential: PotentialFunction;
  /** `N(μ, D A⁻¹)`; needs a positive definite `A`. */
  readonly stationary: () => Gaussian;
  /** The solution at time `t`: `m = μ + e^{−At}(m₀−μ)`, `Σ = e^{−At}Σ₀e^{−At} + D A⁻¹(I − e^{−2At})`. */
  readonly flow: (initial: GaussianParameters, time: number) => Gaussian;
  /** The solution from a mixture: the equation is linear, so every component follows {@link flow}, with its weight. */
  readonly flowMixture: (initial: GaussianMixture, time: number) => GaussianMixture;
  /** `argmin E(ρ) + W₂²(ρ₀, ρ)/2τ`, which is Gaussian, and its optimal map (`A` and `Σ₀` need not commute). */
  readonly jkoStep: (initial: GaussianParameters, tau: number) => GaussianStep;
  /** Entry `k` is the Gaussian after `k + 1` JKO steps and the map from the *initial* Gaussian to it. */
  readonly jkoChain: (initial: GaussianParameters, tau: number, steps: number) => readonly GaussianStep[];
  /** The explicit rival `x − τ(A(x−μ) + D∇log ρ₀(x))`, with the exact score of the Gaussian. */
  readonly eulerStep: (initial: GaussianParameters, tau: number) => GaussianStep;
  /** `½tr(AΣ) + ½(m−μ)ᵀA(m−μ) − (D/2) log((2πe)^d det Σ)`. */
  readonly freeEnergy: (state: GaussianParameters) => number;
}

/**
 * The Ornstein–Uhlenbeck flow.
 *
 * @param options.stiffness the symmetric matrix `A`, in units of 1/time; zero gives the heat equation.
 * @param options.center the point `μ`; the origin unless given.
 * @param options.diffusion `D ≥ 0`, in units of length²/time.
 */
export function ornsteinUhlenbeck(options: {
  readonly stiffness: Matrix;
  readonly center?: Vector;
  readonly diffusion: number;
}): OrnsteinUhlenbeck {
  const { stiffness, diffusion } = options;
  checkSymmetric("ornsteinUhlenbeck: stiffness", stiffness);
  const dimension = stiffness.length;
  const center = options.center ?? new Array<number>(dimension).fill(0);
  check(
    center.length === dimension,
    () => `ornsteinUhlenbeck: center must have ${dimension} entries, got ${center.length}`,
  );
  check(
    diffusion >= 0 && diffusion < Infinity,
    () => `ornsteinUhlenbeck: diffusion must not be negative, got ${diffusion}`,
  );
  const system: System = { stiffness, center, diffusion };
  const jkoStep = (initial: GaussianParameters, tau: number) => gaussianJkoStep(system, initial, tau);
  return {
    dimension,
    diffusion,
    potential: quadraticPotential(stiffness, center),
    stationary: () => {
      cholesky(stiffness, "ornsteinUhlenbeck.stationary: stiffness");
      return gaussian({ mean: center, covariance: symmetrize(scale(inverse(stiffness), diffusion)) });
    },
    flow: (initial, time) => gaussian(transition(system, time)(initial)),
    flowMixture: (initial, time) => {
      const flowed = transition(system, time);
      const parts = initial.means.map((mean, k) => flowed({ mean, covariance: initial.covariances[k] }));
      return gaussianMixture({
        weights: initial.weights,
        means: parts.map((part) => part.mean),
        covariances: parts.map((part) => part.covariance),
      });
    },
    jkoStep,
    jkoChain: (initial, tau, steps) => {
      const chain: GaussianStep[] = [];
      for (let k = 0; k < steps; k++) {
        const previous = chain.at(-1);
        const next = jkoStep(previous?.gaussian ?? initial, tau);
        chain.push(previous ? { ...next, map: composeAffine(next.map, previous.map) } : next);
      }
      return chain;
    },
    eulerStep: (initial, tau) => gaussianEulerStep(system, initial, tau),
    freeEnergy: (state) => gaussianFreeEnergy(system, state),
  };
}

interface System {
  readonly stiffness: Matrix;
  readonly center: Vector;
  readonly diffusion: number;
}

/** `½(x−μ)ᵀA(x−μ)`. */
function quadraticPotential(stiffness: Matrix, center: Vector): PotentialFunction {
  const gradient = (x: ArrayLike<number>) =>
    matvec(
      stiffness,
      center.map((value, a) => x[a] - value),
    );
  return {
    value: (x) => 0.5 * gradient(x).reduce((sum, value, a) => sum + value * (x[a] - center[a]), 0),
    gradient,
    hessian: () => stiffness.map((row) => [...row]),
  };
}

/** The map of Gaussians from time 0 to time `t`; its matrices are made once, for mixtures have hundreds of components. */
function transition(
  { stiffness, center, diffusion }: System,
  t: number,
): (initial: GaussianParameters) => GaussianParameters {
  check(t >= 0 && t < Infinity, () => `ornsteinUhlenbeck: time must not be negative, got ${t}`);
  const decay = symmetricFunction(stiffness, (a) => Math.exp(-a * t));
  // D (1 − e^{−2at})/a, continued to 2Dt at a = 0.
  const noise = symmetricFunction(stiffness, (a) =>
    a === 0 ? 2 * diffusion * t : (-diffusion * Math.expm1(-2 * a * t)) / a,
  );
  return (initial) => {
    const shift = matvec(
      decay,
      initial.mean.map((value, i) => value - center[i]),
    );
    return {
      mean: shift.map((value, i) => center[i] + value),
      covariance: symmetrize(add(matmul(matmul(decay, initial.covariance), decay), noise)),
    };
  };
}

/**
 * With `K = I + τA` and `P = K^{−½} Σ₀ K^{−½}` the optimality condition `S⁻¹ = K − τDΣ₁⁻¹` is diagonal in the
 * eigenbasis of `P`: `y = ½(p + 2τD + √(p² + 4τDp))`, `Σ₁ = K^{−½} Y K^{−½}`, and the map has
 * `S = K^{−½} (Y / (Y − τD)) K^{−½}`, written here without cancellation.
 */
function gaussianJkoStep(
  { stiffness, center, diffusion }: System,
  initial: GaussianParameters,
  tau: number,
): GaussianStep {
  checkTau("jkoStep", tau);
  const lowest = symmetricEigen(stiffness).values[0];
  check(
    1 + tau * lowest > 0,
    () => `jkoStep: tau must be below ${-1 / lowest} for this concave potential, got ${tau}`,
  );
  const factor = symmetricFunction(stiffness, (a) => 1 / Math.sqrt(1 + tau * a));
  cholesky(initial.covariance, "jkoStep: covariance");
  const { values, vectors } = symmetricEigen(symmetrize(matmul(matmul(factor, initial.covariance), factor)));
  const basis = matmul(factor, vectors);
  const heat = tau * diffusion;
  const root = (p: number) => (p + Math.sqrt(p * (p + 4 * heat))) / 2; // y − τD
  const inBasis = (entries: number[]) =>
    symmetrize(matmul(matmul(basis, diagonal(entries)), transpose(basis)));
  const covariance = inBasis(values.map((p) => root(p) + heat));
  const matrix = inBasis(values.map((p) => 1 + heat / root(p)));
  const pull = matvec(stiffness, center);
  const mean = matvec(
    matmul(factor, factor),
    initial.mean.map((value, i) => value + tau * pull[i]),
  );
  return { gaussian: gaussian({ mean, covariance }), map: affineMapBetween(matrix, initial.mean, mean) };
}

function gaussianEulerStep(
  { stiffness, center, diffusion }: System,
  initial: GaussianParameters,
  tau: number,
): GaussianStep {
  checkTau("eulerStep", tau);
  const drift = add(identity(center.length), stiffness, -tau);
  const matrix = add(drift, inverse(initial.covariance), tau * diffusion);
  const force = matvec(
    stiffness,
    initial.mean.map((value, i) => value - center[i]),
  );
  const mean = initial.mean.map((value, i) => value - tau * force[i]);
  const map = affineMapBetween(matrix, initial.mean, mean);
  return { gaussian: gaussian({ ...pushGaussian(map, initial), mean }), map };
}

function gaussianFreeEnergy({ stiffness, center, diffusion }: System, state: GaussianParameters): number {
  const offset = state.mean.map((value, i) => value - center[i]);
  const pull = matvec(stiffness, offset);
  const potential =
    0.5 * (trace(matmul(stiffness, state.covariance)) + offset.reduce((s, v, i) => s + v * pull[i], 0));
  return diffusion === 0 ? potential : potential - diffusion * gaussian(state).entropy;
}

function checkTau(where: string, tau: number): void {
  check(tau > 0 && tau < Infinity, () => `${where}: tau must be positive, got ${tau}`);
}
