/** @file Where the relaxation of collisions is watched: initial densities from the literature, with their kernels and equilibria. */

import { diagonal, scale, type Vector } from "../../linalg/matrix.ts";
import { type Gaussian, gaussian } from "../../measures/gaussian.ts";
import { type GaussianMixture, gaussianMixture } from "../../measures/mixture.ts";
import { type Shell, shell } from "../../measures/shell.ts";
import { maxwellian } from "./moments.ts";

/** An initial density of mass one, what it relaxes to, and the arguments of `landau`. */
export interface LandauProblem<Initial> {
  readonly initial: Initial;
  readonly equilibrium: Gaussian;
  readonly constant: number;
  readonly exponent: number;
  /** `∫f`. */
  readonly mass: number;
}

/**
 * Two Maxwellians in the plane under Coulomb's force: `f = ½N(u₁, I) + ½N(u₂, I)` with `u₁ = (−2, 1)`, `u₂ = (0, −1)`, `C = 1/16`.
 *
 * @see Carrillo, Hu, Wang & Wu (2020), doi:10.1016/j.jcpx.2020.100066.
 */
export function biMaxwellianProblem(): LandauProblem<GaussianMixture> {
  const initial = gaussianMixture({
    weights: [0.5, 0.5],
    means: [
      [-2, 1],
      [0, -1],
    ],
    deviations: [1, 1],
  });
  const covariance = [
    [2, -1],
    [-1, 2],
  ];
  const equilibrium = maxwellian({ mean: [-1, 0], covariance });
  return { initial, equilibrium, constant: 1 / 16, exponent: -3, mass: 1 };
}

/**
 * Rosenbluth's shell in space under Coulomb's force: `f = S⁻² e^{−S(|v| − σ)²/σ²}` with `σ = 0.3`, `S = 10`, `C = 1/4π`. Its mass is 0.002: times
 * are five hundred times as long as for the normalised density.
 *
 * @see Rosenbluth, MacDonald & Judd (1957), doi:10.1103/PhysRev.107.1; Carrillo, Hu, Wang & Wu (2020).
 */
export function rosenbluthProblem(): LandauProblem<Shell> {
  const [radius, sharpness] = [0.3, 10];
  const initial = shell({ radius, deviation: radius / Math.sqrt(2 * sharpness) });
  const mean = [0, 0, 0];
  const covariance = diagonal(mean.map(() => initial.secondMoment / 3));
  return {
    initial,
    equilibrium: maxwellian({ mean, covariance }),
    constant: 1 / (4 * Math.PI),
    exponent: -3,
    mass: Math.exp(initial.logMass) / sharpness ** 2,
  };
}

/**
 * A centred Gaussian whose variances along the axes differ, for Maxwell's molecules. It does not stay Gaussian, but its covariance is known at
 * all times: `maxwellCovariance`.
 *
 * @param options.variances one a coordinate. `[1.8, 0.2, 1, …]` in ten dimensions with `C = 1/24` is the test of Ilin, Hu & Wang (2024),
 *   arXiv:2405.10392.
 */
export function anisotropicProblem(options: {
  readonly variances: Vector;
  readonly constant: number;
}): LandauProblem<Gaussian> {
  const { variances, constant } = options;
  const parameters = { mean: scale([variances], 0)[0], covariance: diagonal(variances) };
  return {
    initial: gaussian(parameters),
    equilibrium: maxwellian(parameters),
    constant,
    exponent: 0,
    mass: 1,
  };
}
