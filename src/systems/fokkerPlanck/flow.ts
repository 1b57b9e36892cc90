/** @file The Fokker–Planck equation as a gradient flow. */

import type { Potential } from "../../energies/energy.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";

/**
 * `∂_t ρ = ∇·(ρ∇V) + DΔρ`, the Wasserstein gradient flow of `D ∫ρ log ρ + ∫Vρ`.
 *
 * @param options.diffusion `D > 0`, in units of length²/time.
 * @param options.tau JKO step `τ > 0`, in units of time.
 * @see Jordan, Kinderlehrer & Otto (1998), doi:10.1137/S0036141096303359.
 */
export function fokkerPlanck(options: {
  readonly dimension: number;
  readonly potential: Potential;
  readonly diffusion: number;
  readonly tau: number;
}): GradientFlow {
  const { potential, diffusion, ...rest } = options;
  const energy = freeEnergy({ internal: entropy(diffusion), potential });
  return wassersteinFlow({ name: "Fokker–Planck", energy, ...rest });
}
