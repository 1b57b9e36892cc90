/** @file What the evaluations of the Kuramoto–Daido model share: measured order, ordered densities. */

import type { Cloud } from "../../../measures/cloud.ts";
import { trigonometricMixture } from "../../../measures/trigonometricMixture.ts";
import type { DaidoModel, OrderParameters } from "../../../systems/kuramoto/equilibria.ts";

/** `|E e^{inθ}|` of a cloud. */
export function measuredOrder({ positions, count }: Cloud, n = 1): number {
  let [c, s] = [0, 0];
  for (let i = 0; i < count; i++) {
    c += Math.cos(n * positions[i]);
    s += Math.sin(n * positions[i]);
  }
  return Math.hypot(c, s) / count;
}

/** `q ∝ exp 2K(r_1 cos θ + m r_2 cos 2θ)` about `centre`: a steady state where the order parameters are its own. */
export function gibbsDensity(
  { coupling, secondHarmonic }: DaidoModel,
  { first, second }: OrderParameters,
  centre = Math.PI,
) {
  return trigonometricMixture({
    weights: [1],
    components: [
      {
        concentrations: [2 * coupling * first, 2 * coupling * secondHarmonic * second],
        centres: [centre, centre],
      },
    ],
  });
}
