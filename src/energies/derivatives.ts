/** @file The force of a potential and its higher derivatives, by TensorFlow.js's own differentiation. */

import * as tf from "@tensorflow/tfjs";
import { componentsFirst, type Dual } from "../networks/dual.ts";

/** A scalar function on tensors, `[B, n, d] → [B, n]`. */
export type ScalarField = (positions: tf.Tensor) => tf.Tensor;

/** `−∇V` with its Jacobian `−∇²V` at positions `[B, n, d]`; a potential therefore needs to state only `V`. */
export function force(potential: ScalarField, positions: tf.Tensor3D): Dual {
  const pull = gradient((x) => tf.neg(tf.sum(potential(x))));
  const d = positions.shape[2];
  const rows = Array.from({ length: d }, (_, k) =>
    gradient((x) => tf.sum(tf.slice(pull(x), [0, 0, k], [-1, -1, 1])))(positions),
  );
  // ∂_k F_i = −∂_k ∂_i V is symmetric, so rows may be stacked along either axis.
  return {
    value: componentsFirst(pull(positions) as tf.Tensor3D),
    tangent: tf.stack(rows.map((row) => componentsFirst(row as tf.Tensor3D))) as tf.Tensor4D,
  };
}

/**
 * The Hessian `∇²V` with its derivatives, entry by entry: `[i][j]`, `j ≤ i`, is a dual of the single component `∂_i∂_j V`.
 */
export function hessian(potential: ScalarField, positions: tf.Tensor3D): Dual[][] {
  const d = positions.shape[2];
  const slope = gradient((x) => tf.sum(potential(x)));
  const component = (f: (x: tf.Tensor) => tf.Tensor, k: number) => (x: tf.Tensor) =>
    tf.slice(f(x), [0, 0, k], [-1, -1, 1]);
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) => {
      const entry = component(
        gradient((x) => tf.sum(component(slope, i)(x))),
        j,
      );
      const tangent = componentsFirst(gradient((x) => tf.sum(entry(x)))(positions) as tf.Tensor3D);
      return {
        value: componentsFirst(entry(positions) as tf.Tensor3D),
        tangent: tf.expandDims(tangent, 0) as tf.Tensor4D,
      };
    }),
  );
}

/** The gradient of a scalar function, zero where the function does not depend on its argument. */
function gradient(f: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return tf.grad((x: tf.Tensor) => tf.add(f(x), tf.sum(tf.mul(0, x))));
}
