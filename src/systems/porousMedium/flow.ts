/** @file The porous medium equation as a gradient flow. */

import type { Coefficient } from "../../energies/coefficient.ts";
import type { Potential } from "../../energies/energy.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { powerEnergy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";

/**
 * `∂_t ρ = Δρ^m + ∇·(ρ∇V)`, the Wasserstein gradient flow of `1/(m−1) ∫ρ^m + ∫Vρ`. Densities of compact support keep one.
 *
 * @param options.exponent `m > 1`.
 * @param options.potential a confinement `V`, where there is one.
 * @param options.tau JKO step `τ > 0`, in units of time.
 * @see Otto (2001), The geometry of dissipative evolution equations, doi:10.1081/PDE-100002243.
 */
export function porousMedium(options: {
  readonly dimension: number;
  readonly exponent: Coefficient;
  readonly potential?: Potential;
  readonly tau: number;
}): GradientFlow {
  const { exponent, potential, ...rest } = options;
  const energy = freeEnergy({
    internal: powerEnergy({ exponent }),
    ...(potential === undefined ? {} : { potential }),
  });
  return wassersteinFlow({ name: "porous medium", energy, ...rest });
}
