/** @file The part of a flow's driving potential that is known in closed form wherever one asks. */

import * as tf from "@tensorflow/tfjs";
import type { ScalarField } from "../energies/derivatives.ts";
import type { Energy } from "../energies/energy.ts";
import type { CloudMoments } from "../energies/powerMoments.ts";

/**
 * `V + W_s*ρ` with the squares and fourth powers `W_s` of an interaction, whose field is a polynomial: like a potential it needs no
 * regression, and its Hessian makes the step linearly implicit. Undefined where there is neither.
 */
export function effectivePotential(
  energy: Energy,
  moments: CloudMoments | undefined,
): ScalarField | undefined {
  const { potential, interaction } = energy;
  const smooth = interaction?.smooth;
  if (smooth === undefined || moments === undefined) return potential?.tensor;
  return (x) => {
    const field = smooth(moments, x);
    return potential === undefined ? field : tf.add(potential.tensor(x), field);
  };
}

/**
 * Whether that part is all of the chemical potential. A regression would only lose by it: where the particles have gathered on
 * a curve, they do not tell how the potential rises beside it.
 */
export function isKnownEverywhere({ internal, interaction }: Energy): boolean {
  return (
    internal === undefined && (interaction?.terms ?? []).every(({ power }) => power === 2 || power === 4)
  );
}
