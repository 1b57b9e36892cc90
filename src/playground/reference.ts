/** @file The solution that the playground shows beside the operator's: exact where it is known in closed form, by finite volumes elsewhere. */

import type { GradientFlow } from "../jko/flow.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import type { GaussianMixture } from "../measures/mixture.ts";
import type { Key } from "../random/key.ts";
import { ornsteinUhlenbeckOf } from "../systems/fokkerPlanck/ofEnergy.ts";
import { gridReference } from "./gridReference.ts";

/** A solution of a flow from any mixture of Gaussians. */
export interface Reference {
  readonly kind: "exact" | "volumes";
  /** Free energy of the steady state; undefined where none is known. */
  readonly least: number | undefined;
  /** Begins an evolution, whose particles move along continuous paths; gives the solution at times that must not decrease. */
  begin(initial: Start): Course;
}

/** A density, and the particles that show it. */
export interface Start {
  readonly measure: GaussianMixture;
  readonly cloud: Cloud;
  /** Of which the particles are samples. */
  readonly key: Key;
}

/** What is seen of the solution at a time: particles with its density at them, and its free energy where it is known better than by these particles. */
export type Course = (time: number) => { readonly cloud: Cloud; readonly energy?: number };

/** The reference of a Wasserstein gradient flow in the plane. */
export function referenceOf(flow: GradientFlow): Reference {
  const closed = ornsteinUhlenbeckOf(flow.energy);
  if (closed === undefined) return gridReference(flow.energy, flow.tau);
  const { system, confines } = closed;
  return {
    kind: "exact",
    least: confines ? system.freeEnergy(system.stationary()) : undefined,
    // Independent samples at every time; with the same key a particle's random numbers are the same at all times.
    begin:
      ({ measure, cloud, key }) =>
      (time) => ({
        cloud: time === 0 ? cloud : sampleCloud(system.flowMixture(measure, time), key, cloud.count),
      }),
  };
}
