/** @file What is solved: an energy, a mobility and a time step. */

import { check } from "../check/check.ts";
import type { Energy } from "../energies/energy.ts";
import { type Mobility, wasserstein } from "../mobilities/mobility.ts";

/** A gradient flow `∂_t f = ∇·(f 𝓑_f[∇ δE/δf])` in R^d, discretised by JKO steps of length `tau`. */
export interface GradientFlow {
  readonly name: string;
  readonly dimension: number;
  readonly energy: Energy;
  readonly mobility: Mobility;
  /** JKO step size `τ > 0`, in units of time. */
  readonly tau: number;
}

/** The gradient flow of an energy in the Wasserstein metric. */
export function wassersteinFlow(flow: Omit<GradientFlow, "mobility">): GradientFlow {
  const { name, dimension, tau } = flow;
  check(
    Number.isInteger(dimension) && dimension > 0,
    () => `${name}: dimension must be a positive integer, got ${dimension}`,
  );
  check(tau > 0 && Number.isFinite(tau), () => `${name}: tau must be positive, got ${tau}`);
  return { ...flow, mobility: wasserstein };
}

/** Whether nothing in space is preferred: then the mean of every solution, and of every exact step, stays where it is. */
export function isTranslationInvariant({ energy }: GradientFlow): boolean {
  return energy.potential === undefined;
}
