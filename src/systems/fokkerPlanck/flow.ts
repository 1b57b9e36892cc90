/** @file The Fokker–Planck equation as a gradient flow. */

import { check } from "../../check/check.ts";
import type { Potential } from "../../energies/energy.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { wasserstein } from "../../mobilities/mobility.ts";

/**
 * `∂_t ρ = ∇·(ρ∇V) + DΔρ`, the Wasserstein gradient flow of `D ∫ρ log ρ + ∫Vρ`.
 *
 * @param options.diffusion `D > 0`, in units of length²/time.
 * @param options.tau JKO step `τ > 0`, in units of time.
 */
export function fokkerPlanck(options: {
  readonly dimension: number;
  readonly potential: Potential;
  readonly diffusion: number;
  readonly tau: number;
}): GradientFlow {
  const { dimension, potential, diffusion, tau } = options;
  check(tau > 0 && Number.isFinite(tau), () => `fokkerPlanck: tau must be positive, got ${tau}`);
  return {
    name: "Fokker–Planck",
    dimension,
    energy: freeEnergy({ diffusion, potential }),
    mobility: wasserstein,
    tau,
  };
}
