/** @file The solution that the playground shows beside the operator's: exact where it is known in closed form, by finite volumes elsewhere. */

import { numberOf } from "../energies/coefficient.ts";
import { quadraticStiffness } from "../energies/quadraticPotential.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import type { GaussianMixture } from "../measures/mixture.ts";
import type { Key } from "../random/key.ts";
import { ornsteinUhlenbeck } from "../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { gridReference } from "./gridReference.ts";

/** A solution of a flow from any mixture of Gaussians. */
export interface Reference {
  readonly kind: "exact" | "volumes";
  /** Free energy of the steady state; undefined where none is known. */
  readonly least: number | undefined;
  /**
   * Begins an evolution. At time zero its particles are those of `sampleCloud`, and they move along continuous paths.
   *
   * @returns the solution at times that must not decrease.
   */
  begin(initial: GaussianMixture, sampling: { readonly key: Key; readonly count: number }): Course;
}

/** What is seen of the solution at a time: particles with its density at them, and its free energy where it is known better than by these particles. */
export type Course = (time: number) => { readonly cloud: Cloud; readonly energy?: number };

/** The reference of a Wasserstein gradient flow in the plane. */
export function referenceOf(flow: GradientFlow): Reference {
  const { internal, potential, interaction } = flow.energy;
  const quadratic = potential && quadraticStiffness(potential);
  if (quadratic === undefined || interaction !== undefined || internal?.exponent !== 1)
    return gridReference(flow.energy, flow.tau);
  const { matrix, centre } = quadratic;
  const diffusion = numberOf(internal.coefficient);
  const system = ornsteinUhlenbeck({ stiffness: matrix, center: centre, diffusion });
  const confines = symmetricEigen(matrix).values[0] > 0;
  return {
    kind: "exact",
    least: confines ? system.freeEnergy(system.stationary()) : undefined,
    // Independent samples at every time; with the same key a particle's random numbers are the same at all times.
    begin:
      (initial, { key, count }) =>
      (time) => ({ cloud: sampleCloud(system.flowMixture(initial, time), key, count) }),
  };
}
