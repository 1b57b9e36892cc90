/** @file The free energy of Fokker–Planck equations: entropy and a potential. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Energy, Potential } from "./energy.ts";

/**
 * `F(ρ) = D ∫ρ log ρ + ∫Vρ`, whose gradient flow in the Wasserstein metric is the Fokker–Planck equation
 * `∂_t ρ = ∇·(ρ∇V) + DΔρ`. Chemical potential `D log ρ + V` (constants dropped).
 *
 * @param options.diffusion `D > 0`.
 * @see Jordan, Kinderlehrer & Otto (1998), doi:10.1137/S0036141096303359.
 */
export function freeEnergy(options: { readonly diffusion: number; readonly potential: Potential }): Energy {
  const { diffusion, potential } = options;
  check(diffusion > 0, () => `freeEnergy: diffusion must be positive, got ${diffusion}`);
  const tensor: Energy["integrandTensor"] = ({ positions, logDensity }) =>
    tf.add(tf.mul(logDensity, diffusion), potential.tensor(positions));
  return {
    name: `${diffusion} ∫ρ log ρ + ∫Vρ, V = ${potential.spec.kind}`,
    diffusion,
    potential,
    integrand({ positions, logDensity, dimension: d }) {
      const values = new Float64Array(logDensity.length);
      const x = new Float64Array(d);
      for (let i = 0; i < values.length; i++) {
        for (let k = 0; k < d; k++) x[k] = positions[i * d + k];
        values[i] = diffusion * logDensity[i] + potential.value(x);
      }
      return values;
    },
    integrandTensor: tensor,
    // The entropy's own constant D drops out of every slope, so both quantities are the same function.
    chemicalPotential: tensor,
  };
}
