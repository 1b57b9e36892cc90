/** @file What drives a density, in the eyes of the operator: its chemical potential, less what moves nothing. */

import * as tf from "@tensorflow/tfjs";
import { solve } from "../engine/solve.ts";
import type { GradientFlow } from "../jko/flow.ts";

/**
 * The chemical potential of a context, less its mean, `[B, C]`. Where the mobility keeps energy it is also less what is explained by the
 * positions and their squares, whose slopes `a + βx` move nothing: at a Maxwellian nothing is left, and the operator is well balanced.
 *
 * @param context.points whitened, `[d, B, C]`.
 * @param context.chemicalPotential in its unit, `[B, C]`.
 */
export function drivingPotential(
  { mobility }: GradientFlow,
  context: { readonly points: tf.Tensor3D; readonly chemicalPotential: tf.Tensor2D },
): tf.Tensor2D {
  const { points, chemicalPotential } = context;
  const centred = tf.sub(chemicalPotential, tf.mean(chemicalPotential, 1, true)) as tf.Tensor2D;
  return mobility.keepsEnergy ? withoutInvariants(points, centred) : centred;
}

/** What is left of values by least squares on `x̂_1, …, x̂_d, |x̂|²`. */
function withoutInvariants(points: tf.Tensor3D, values: tf.Tensor2D): tf.Tensor2D {
  const count = points.shape[2];
  const raw = tf.concat([points, tf.sum(tf.square(points), 0, true)], 0);
  const functions = tf.transpose(tf.sub(raw, tf.mean(raw, 2, true)), [1, 0, 2]) as tf.Tensor3D; // [B, d + 1, C]
  const gram = tf.transpose(tf.div(tf.matMul(functions, functions, false, true), count), [1, 2, 0]);
  const right = tf.transpose(tf.div(tf.matMul(functions, tf.expandDims(values, 2)), count), [1, 2, 0]);
  const coefficients = tf.transpose(solve(gram, right), [2, 0, 1]) as tf.Tensor3D; // [B, d + 1, 1]
  return tf.sub(values, tf.squeeze(tf.matMul(coefficients, functions, true, false), [1])) as tf.Tensor2D;
}
