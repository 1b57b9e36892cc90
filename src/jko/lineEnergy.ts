/** @file The energy of a flow on the line, in the terms of the quantile solver. */

import { check } from "../check/check.ts";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { Energy } from "../energies/energy.ts";
import type { Interaction } from "../energies/interaction.ts";
import type { GradientFlow } from "./flow.ts";
import type { QuantileEnergy } from "./quantileEnergy.ts";

/**
 * The energy of a flow on the line as {@link QuantileEnergy}: any internal energy, any potential, and kernels of positive powers.
 *
 * @throws InputError for kernels that are singular at 0: sums over nodes are of first order there, and Newton's iteration with
 *   the diagonal of their Hessian does not converge on fine grids.
 */
export function lineEnergy({ name, dimension, energy }: GradientFlow): QuantileEnergy {
  check(dimension === 1, () => `lineEnergy: the flow "${name}" must have dimension 1, got ${dimension}`);
  const { potential, interaction } = energy;
  const singular = interaction?.terms.find(({ power }) => power <= 0);
  check(
    singular === undefined,
    () => `lineEnergy: the powers of an interaction must be positive, got ${singular?.power}`,
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
    ...(interaction && { interaction: kernelProfile(interaction) }),
  };
}

/** The internal energy as diffusion (`m = 1`) or as a porous term (`m > 1`). */
export function internalTerm({ internal }: Energy): QuantileEnergy {
  if (internal === undefined) return {};
  const { exponent, coefficient } = internal;
  const [m, c] = [numberOf(exponent), numberOf(coefficient)];
  return m === 1 ? { diffusion: c } : { porous: { exponent: m, coefficient: c } };
}

/** `W(x) = Σ_k c_k |x|^{p_k}/p_k` on the line, with `W' = Σ c sign(x)|x|^{p−1}` and `W'' = Σ c (p−1)|x|^{p−2}`. */
function kernelProfile({ terms, value }: Interaction): ScalarFunction {
  return {
    value: (x) => value(x * x),
    gradient: (x) =>
      Math.sign(x) * terms.reduce((sum, { coefficient: c, power: p }) => sum + c * Math.abs(x) ** (p - 1), 0),
    hessian: (x) =>
      terms.reduce(
        (sum, { coefficient: c, power: p }) => sum + (p === 1 ? 0 : c * (p - 1) * Math.abs(x) ** (p - 2)),
        0,
      ),
  };
}
