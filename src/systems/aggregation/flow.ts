/** @file Aggregation equations as gradient flows. */

import { freeEnergy } from "../../energies/freeEnergy.ts";
import type { Interaction } from "../../energies/interaction.ts";
import type { InternalEnergy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";

/**
 * `∂_t ρ = ∇·(ρ∇(W*ρ))`, the Wasserstein gradient flow of `½∬W(x−y)ρρ`; with an internal energy `U` the aggregation–diffusion
 * equation, `∂_t ρ = ∇·(ρ∇(U'(ρ) + W*ρ))`.
 *
 * @param options.tau JKO step `τ > 0`, in units of time.
 */
export function aggregation(options: {
  readonly dimension: number;
  readonly interaction: Interaction;
  readonly internal?: InternalEnergy;
  readonly tau: number;
}): GradientFlow {
  const { interaction, internal, ...rest } = options;
  const energy = freeEnergy({ interaction, ...(internal === undefined ? {} : { internal }) });
  return wassersteinFlow({ name: internal ? "aggregation–diffusion" : "aggregation", energy, ...rest });
}
