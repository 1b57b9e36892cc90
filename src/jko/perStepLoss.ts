/** @file What a per-step network is trained to minimise: the JKO objective, or the distance to the score. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { CloudTensors } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";
import { type Dual, divergence } from "../networks/dual.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import { jkoObjective } from "./objective.ts";

/**
 * `jko`: the field `w` of a JKO step. `score`: the score `s = ∇ log f` along the coordinates that move, by implicit score matching, which
 * makes the explicit step `w = −(∇V + D s)`.
 */
export type PerStepLoss = "jko" | "score";

/** What each particle contributes to the loss of a field, `[1, n]`. */
export type LossOfField = (cloud: CloudTensors, field: Dual) => tf.Tensor2D;

export function lossOf(flow: GradientFlow, loss: PerStepLoss): LossOfField {
  return loss === "jko"
    ? (cloud, field) => jkoObjective(flow, cloud, field).perParticle
    : (_cloud, field) => scoreMatching(field);
}

/**
 * `½|s|² + ∇·s` at each particle, `[1, n]`: its mean is `½E|s − ∇log f|²` less a constant, whatever `s`.
 *
 * @see Hyvärinen (2005), Estimation of non-normalized statistical models by score matching, JMLR 6.
 */
export function scoreMatching(field: Dual): tf.Tensor2D {
  const square = tf.sum(tf.square(field.value), 0);
  return tf.add(tf.mul(square, 0.5), divergence(field)) as tf.Tensor2D;
}

/**
 * The field `w = −(∇V + D s)` of an explicit step from a score at the particles and its Jacobian, along the coordinates that move.
 *
 * @throws InputError where the flow asks for more than the score.
 */
export function explicitField(flow: GradientFlow, cloud: Cloud, score: FieldArrays): FieldArrays {
  const { dimension, count, positions } = cloud;
  const { internal, interaction, potential } = flow.energy;
  check(
    internal?.exponent === 1 && interaction === undefined,
    () => `score matching: ${flow.name} must have an entropy for its internal energy, and no interaction`,
  );
  const diffusion = numberOf(internal?.coefficient ?? 0);
  const { start, count: d } = movedCoordinates(flow);
  const value = Float64Array.from(score.value, (s) => -diffusion * s);
  const jacobian = Float64Array.from(score.jacobian, (s) => -diffusion * s);
  for (let i = 0; potential !== undefined && i < count; i++) {
    const own = positions.subarray(i * dimension, (i + 1) * dimension);
    const [slope, curvature] = [potential.gradient(own), potential.hessian(own)];
    for (let k = 0; k < d; k++) {
      value[i * d + k] -= slope[start + k];
      for (let j = 0; j < d; j++) jacobian[(i * d + k) * d + j] -= curvature[start + k][start + j];
    }
  }
  return { value, jacobian };
}

/** What the network's field is to be at the particles of the initial density: its score, or `w` of the explicit step, `[n, d]`. */
export function initialLabels(
  flow: GradientFlow,
  cloud: Cloud,
  options: { readonly loss: PerStepLoss; readonly score: (points: Float64Array) => Float64Array },
): ArrayLike<number> {
  const { start, count: d } = movedCoordinates(flow);
  const whole = options.score(Float64Array.from(cloud.positions));
  const value = new Float64Array(cloud.count * d);
  for (let i = 0; i < cloud.count; i++) {
    for (let k = 0; k < d; k++) value[i * d + k] = whole[i * cloud.dimension + start + k];
  }
  const jacobian = new Float64Array(cloud.count * d * d);
  return options.loss === "score" ? value : explicitField(flow, cloud, { value, jacobian }).value;
}
