/** @file The solution that the playground shows beside the operator's, where the equation has one in closed form. */

import { numberOf } from "../energies/coefficient.ts";
import { quadraticStiffness } from "../energies/quadraticPotential.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import type { GaussianMixture } from "../measures/mixture.ts";
import type { Key } from "../random/key.ts";
import { ornsteinUhlenbeck } from "../systems/fokkerPlanck/ornsteinUhlenbeck.ts";

/** An exact solution of a flow from any mixture of Gaussians. */
export interface Reference {
  /** Free energy of the steady state; undefined where there is none. */
  readonly least: number | undefined;
  /**
   * Independent samples of the solution at a time, with its density at them. With the same key a particle's random numbers are the
   * same at all times, so that it moves along a continuous path; at time zero the cloud is that of `sampleCloud`.
   */
  at(initial: GaussianMixture, time: number, sampling: { readonly key: Key; readonly count: number }): Cloud;
}

/** The reference of a flow: for the Fokker–Planck equation with a quadratic potential; undefined for others. */
export function referenceOf({ energy }: GradientFlow): Reference | undefined {
  const { internal, potential, interaction } = energy;
  const quadratic = potential && quadraticStiffness(potential);
  if (quadratic === undefined || interaction !== undefined || internal?.exponent !== 1) return undefined;
  const { matrix, centre } = quadratic;
  const diffusion = numberOf(internal.coefficient);
  const system = ornsteinUhlenbeck({ stiffness: matrix, center: centre, diffusion });
  const confines = symmetricEigen(matrix).values[0] > 0;
  return {
    least: confines ? system.freeEnergy(system.stationary()) : undefined,
    at: (initial, time, { key, count }) => sampleCloud(system.flowMixture(initial, time), key, count),
  };
}
