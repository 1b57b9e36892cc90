/** @file The part of a flow's driving potential that is known in closed form wherever one asks. */

import * as tf from "@tensorflow/tfjs";
import type { ScalarField } from "../energies/derivatives.ts";
import type { Energy } from "../energies/energy.ts";
import type { FieldMoments } from "../energies/interaction.ts";

/**
 * `V + W_s*ρ` with the smooth part `W_s` of an interaction, such as squares and fourth powers, whose field is a polynomial: like a potential
 * it needs no regression, and its Hessian makes the step linearly implicit. Undefined where there is neither.
 */
export function effectivePotential(
  energy: Energy,
  moments: FieldMoments | undefined,
): ScalarField | undefined {
  const { potential, interaction } = energy;
  const smooth = interaction?.smooth;
  if (smooth === undefined || moments === undefined) return potential?.tensor;
  return (x) => {
    const field = smooth.field(moments, x);
    return potential === undefined ? field : tf.add(potential.tensor(x), field);
  };
}

/**
 * Whether that part is all of the chemical potential. A regression would only lose by it: where the particles have gathered on
 * a curve, they do not tell how the potential rises beside it.
 */
export function isKnownEverywhere({ internal, interaction }: Energy): boolean {
  return internal === undefined && (interaction === undefined || interaction.smooth?.isWhole === true);
}
