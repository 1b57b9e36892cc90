/** @file The force of a potential and its higher derivatives, by TensorFlow.js's own differentiation. */

import * as tf from "@tensorflow/tfjs";
import { componentsFirst, type Dual } from "../networks/dual.ts";

/** A scalar function on tensors, `[B, n, d] → [B, n]`. */
export type ScalarField = (positions: tf.Tensor) => tf.Tensor;

/** `−∇V` with its Jacobian `−∇²V` at positions `[B, n, d]`; a potential therefore needs to state only `V`. */
export function force(potential: ScalarField, positions: tf.Tensor3D): Dual {
  const d = positions.shape[2];
  const pull = gradient((x) => tf.neg(tf.sum(potential(x))));
  const axes = Array.from({ length: d }, (_, k) => k);
  const rows = gradientOfComponents(pull, axes)(copies(positions, d));
  return {
    value: componentsFirst(pull(positions) as tf.Tensor3D),
    // ∂_k F_i = −∂_k ∂_i V is symmetric, so rows may be stacked along either axis.
    tangent: tf.transpose(byCopy(rows, d), [1, 3, 0, 2]) as tf.Tensor4D,
  };
}

/**
 * The Hessian `∇²V` with its derivatives, entry by entry: `[i][j]`, `j ≤ i`, is a dual of the single component `∂_i∂_j V`.
 */
export function hessian(potential: ScalarField, positions: tf.Tensor3D): Dual[][] {
  const d = positions.shape[2];
  const pairs = Array.from({ length: d }, (_, i) =>
    Array.from({ length: i + 1 }, (_row, j) => [i, j]),
  ).flat();
  const [first, second] = [0, 1].map((k) => pairs.map((pair) => pair[k]));
  const points = copies(positions, pairs.length);
  const rows = gradientOfComponents(
    gradient((x) => tf.sum(potential(x))),
    first,
  );
  const entries = tf.sum(components(rows(points), second), 3); // [B, pairs, n]
  const slopes = byCopy(gradientOfComponents(rows, second)(points), pairs.length);
  const [values, tangents] = [tf.transpose(entries, [1, 0, 2]), tf.transpose(slopes, [1, 3, 0, 2])];
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: i + 1 }, (_row, j) => {
      const place = (i * (i + 1)) / 2 + j;
      return {
        value: tf.slice(values, [place, 0, 0], [1, -1, -1]) as tf.Tensor3D,
        tangent: tf.slice(tangents, [place, 0, 0, 0], [1, -1, -1, -1]) as tf.Tensor4D,
      };
    }),
  );
}

/**
 * Points `[B, n, d]` so many times, `[B, count·n, d]`: with a copy for each, many derivatives are one call of the differentiation, which looks
 * through all that was recorded before.
 */
function copies(positions: tf.Tensor3D, count: number): tf.Tensor3D {
  return tf.tile(positions, [1, count, 1]);
}

/** A field on copies, `[B, count·n, d] → [B, count, n, d]`. */
function byCopy(field: tf.Tensor, count: number): tf.Tensor {
  const [batch, points, d] = field.shape as [number, number, number];
  return tf.reshape(field, [batch, count, points / count, d]);
}

/** Of a field on copies one component each, `[B, count, n, d]` with zeros for the others. */
function components(field: tf.Tensor, which: readonly number[]): tf.Tensor {
  const rows = tf.gather(tf.eye(field.shape[2] as number), tf.tensor1d([...which], "int32"));
  return tf.mul(byCopy(field, which.length), tf.expandDims(rows, 1));
}

/** At copies of points the gradient of one component of a field each. */
function gradientOfComponents(f: (x: tf.Tensor) => tf.Tensor, which: readonly number[]) {
  return gradient((x) => tf.sum(components(f(x), which)));
}

/** The gradient of a scalar function, zero where the function does not depend on its argument. */
function gradient(f: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return tf.grad((x: tf.Tensor) => tf.add(f(x), tf.sum(tf.mul(0, x))));
}
