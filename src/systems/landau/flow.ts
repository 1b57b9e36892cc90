/** @file The homogeneous Landau equation as a gradient flow. */

import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, gradientFlow } from "../../jko/flow.ts";
import { landauMobility } from "../../mobilities/landau.ts";
import type { RandomBatches } from "../../mobilities/randomBatches.ts";

/**
 * `∂_t f = ∇·∫ A(v − v*) (f*∇f − f∇f*) dv*` with `A(z) = C|z|^γ (|z|² I − z⊗z)`, the gradient flow of the entropy `∫f log f` in the metric of
 * collisions: mass, momentum and energy are kept, and everything relaxes to the Maxwellian that has them. A step keeps momentum exactly and
 * adds `τ² E|𝓑[w]|²` to `E|v|²`.
 *
 * @param options.constant `C > 0`.
 * @param options.exponent `γ`: 0 for Maxwell's molecules, −3 for Coulomb's force.
 * @param options.mass `∫f`, 1 unless given; clouds stand for `f/∫f`, whose equation has `C ∫f` for `C`.
 * @param options.softening `ε`, 0 unless given, of `(|z|² + ε²)^{γ/2}` in place of `|z|^γ`.
 * @param options.batches random batches in which particles meet where they are moved; they all meet unless given.
 * @param options.tau JKO step `τ > 0`, in units of time.
 * @param options.logDeterminant with `"linear"` the minimiser does not depend on `τ`: it is as stable as an explicit step. Exact unless given.
 * @see Carrillo, Delgadino, Desvillettes & Wu (2024), The Landau equation as a gradient flow, doi:10.2140/apde.2024.17.1331.
 */
export function landau(options: {
  readonly dimension: number;
  readonly constant: number;
  readonly exponent: number;
  readonly mass?: number;
  readonly softening?: number;
  readonly batches?: RandomBatches;
  readonly tau: number;
  readonly logDeterminant?: "exact" | "linear";
}): GradientFlow {
  const { dimension, tau, logDeterminant = "exact", ...kernel } = options;
  return gradientFlow({
    name: "Landau",
    dimension,
    energy: freeEnergy({ internal: entropy(1) }),
    mobility: landauMobility(kernel),
    logDeterminant,
    tau,
  });
}
