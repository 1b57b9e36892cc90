/** @file The Keller–Segel equation of chemotaxis in the plane as a gradient flow. */

import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { powerInteraction } from "../../energies/powerInteraction.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";

/**
 * `∂_t ρ = Δρ + ∇·(ρ∇(W*ρ))` in the plane with `W = (χ/2π) log|x|`, the parabolic–elliptic Keller–Segel equation for unit mass:
 * densities spread for `χ < 8π` and collapse in finite time beyond.
 *
 * @param options.sensitivity `χ > 0`.
 * @param options.tau JKO step `τ > 0`, in units of time.
 */
export function kellerSegel(options: { readonly sensitivity: number; readonly tau: number }): GradientFlow {
  const { sensitivity, tau } = options;
  const interaction = powerInteraction({ terms: [{ coefficient: sensitivity / (2 * Math.PI), power: 0 }] });
  const energy = freeEnergy({ internal: entropy(1), interaction });
  return wassersteinFlow({ name: "Keller–Segel", dimension: 2, energy, tau });
}
