/** @file What a per-step network is trained to minimise: the JKO objective, or the distance to the score. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import { force } from "../energies/derivatives.ts";
import type { CloudTensors } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import { addDuals, type Dual, divergence, scaleDual } from "../networks/dual.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import { jkoObjective } from "./objective.ts";

/**
 * `jko`: the field `w` of a JKO step. `score`: the score `s = ∇ log f` along the coordinates that move, by implicit score matching, which
 * makes the explicit step `w = −(∇V + D s)`.
 */
export type PerStepLoss = "jko" | "score";

/** A loss, and what it makes of the network's field at the end. */
export interface LossOfField {
  /** What each particle contributes to the loss, `[1, n]`. */
  perParticle(cloud: CloudTensors, field: Dual): tf.Tensor2D;
  /** The field `w` of the step. */
  step(cloud: CloudTensors, field: Dual): Dual;
}

export function lossOf(flow: GradientFlow, loss: PerStepLoss): LossOfField {
  if (loss === "jko") {
    return {
      perParticle: (cloud, field) => jkoObjective(flow, cloud, field).perParticle,
      step: (_cloud, field) => field,
    };
  }
  const diffusion = diffusionOf(flow);
  const { potential } = flow.energy;
  return {
    perParticle: (_cloud, field) => scoreMatching(field),
    step(cloud, field) {
      const diffusive = scaleDual(field, -diffusion);
      if (potential === undefined) return diffusive;
      return addDuals(
        diffusive,
        movedPart(
          flow,
          force((x) => potential.tensor(x), cloud.positions),
        ),
      );
    },
  };
}

/**
 * `½|s|² + ∇·s` at each particle: its mean is `½E|s − ∇log f|²` less a constant, whatever `s`.
 *
 * @see Hyvärinen (2005), Estimation of non-normalized statistical models by score matching.
 */
function scoreMatching(field: Dual): tf.Tensor2D {
  const square = tf.sum(tf.square(field.value), 0);
  return tf.add(tf.mul(square, 0.5), divergence(field)) as tf.Tensor2D;
}

/** `D` of a flow whose explicit steps need nothing but the score. */
export function diffusionOf({ energy, name }: GradientFlow): number {
  const { internal, interaction } = energy;
  check(
    internal?.exponent === 1 && interaction === undefined,
    () => `score matching: ${name} must have an entropy for its internal energy, and no interaction`,
  );
  return numberOf(internal?.coefficient ?? 0);
}

/** Components and directions of the coordinates that move. */
function movedPart(flow: GradientFlow, { value, tangent }: Dual): Dual {
  const { start, count } = movedCoordinates(flow);
  return {
    value: tf.slice(value, [start, 0, 0], [count, -1, -1]),
    tangent: tf.slice(tangent, [start, start, 0, 0], [count, count, -1, -1]),
  };
}

/** What the network's field is to be at the particles of the initial density: its score, or `−∇δE/δf` of it, `[n, d]`. */
export function initialLabels(
  flow: GradientFlow,
  { dimension, count, positions }: Cloud,
  options: { readonly loss: PerStepLoss; readonly score: (points: Float64Array) => Float64Array },
): Float64Array {
  const { start, count: d } = movedCoordinates(flow);
  const score = options.score(Float64Array.from(positions));
  const diffusion = diffusionOf(flow);
  const labels = new Float64Array(count * d);
  for (let i = 0; i < count; i++) {
    const own = positions.subarray(i * dimension, (i + 1) * dimension);
    const slope = options.loss === "jko" ? flow.energy.potential?.gradient(own) : undefined;
    for (let k = 0; k < d; k++) {
      const s = score[i * dimension + start + k];
      labels[i * d + k] = options.loss === "score" ? s : -(diffusion * s + (slope?.[start + k] ?? 0));
    }
  }
  return labels;
}
