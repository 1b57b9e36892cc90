/** @file What is solved: an energy, a mobility and a time step. */

import type { Energy } from "../energies/energy.ts";
import type { Mobility } from "../mobilities/mobility.ts";

/** A gradient flow `∂_t f = ∇·(f 𝓑_f[∇ δE/δf])` in R^d, discretised by JKO steps of length `tau`. */
export interface GradientFlow {
  readonly name: string;
  readonly dimension: number;
  readonly energy: Energy;
  readonly mobility: Mobility;
  /** JKO step size `τ > 0`, in units of time. */
  readonly tau: number;
}
