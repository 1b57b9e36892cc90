/** @file The force of a potential and its Jacobian, by TensorFlow.js's own differentiation. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "../networks/dual.ts";
import type { Potential } from "./energy.ts";

/** `−∇V` with its Jacobian `−∇²V` at each particle; a potential therefore needs to state only `V`. */
export function force(potential: Potential, positions: tf.Tensor3D): Dual {
  const gradient = tf.grad((x: tf.Tensor) => tf.neg(tf.sum(potential.tensor(x))));
  const d = positions.shape[2];
  const rows = Array.from({ length: d }, (_, k) =>
    tf.grad((x: tf.Tensor) => tf.sum(tf.slice(gradient(x), [0, 0, k], [-1, -1, 1])))(positions),
  );
  // ∂_k F_i = −∂_k ∂_i V is symmetric, so rows may be stacked along either axis.
  return { value: gradient(positions) as tf.Tensor3D, tangent: tf.stack(rows, 3) as tf.Tensor4D };
}
