/** @file The energy of a flow on the line, in the terms of the quantile solver. */

import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { Energy } from "../energies/energy.ts";
import type { GradientFlow } from "./flow.ts";
import type { QuantileEnergy } from "./quantileEnergy.ts";

/**
 * The energy of a flow on the line as {@link QuantileEnergy}: any internal energy, any potential, and kernels that are finite at 0.
 *
 * @throws InputError for kernels that are singular at 0: sums over nodes are of first order there, and Newton's iteration with
 *   the diagonal of their Hessian does not converge on fine grids.
 */
export function lineEnergy({ name, dimension, energy }: GradientFlow): QuantileEnergy {
  check(dimension === 1, () => `lineEnergy: the flow "${name}" must have dimension 1, got ${dimension}`);
  const { potential, interaction } = energy;
  const profile = interaction?.profile;
  check(
    interaction === undefined || profile !== undefined,
    () =>
      `lineEnergy: the kernel of an interaction must be finite at 0, got ${JSON.stringify(interaction?.spec)}`,
  );
  return {
    ...internalTerm(energy),
    ...(potential && {
      potential: {
        value: (x: number) => potential.value([x]),
        gradient: (x: number) => potential.gradient([x])[0],
        hessian: (x: number) => potential.hessian([x])[0][0],
      },
    }),
    ...(profile && { interaction: profile }),
  };
}

/** The internal energy as diffusion (`m = 1`) or as a porous term (`m > 1`). */
export function internalTerm({ internal }: Energy): QuantileEnergy {
  if (internal === undefined) return {};
  const { exponent, coefficient } = internal;
  const [m, c] = [numberOf(exponent), numberOf(coefficient)];
  return m === 1 ? { diffusion: c } : { porous: { exponent: m, coefficient: c } };
}
