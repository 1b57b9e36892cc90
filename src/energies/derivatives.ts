/** @file The force of a potential and its higher derivatives, by TensorFlow.js's own differentiation. */

import * as tf from "@tensorflow/tfjs";
import { componentsFirst, type Dual } from "../networks/dual.ts";

/** A scalar function on tensors, `[B, n, d] → [B, n]`. */
export type ScalarField = (positions: tf.Tensor) => tf.Tensor;

/** `−∇V` with its Jacobian `−∇²V` at positions `[B, n, d]`; a potential therefore needs to state only `V`. */
export function force(potential: ScalarField, positions: tf.Tensor3D): Dual {
  const [batch, n, d] = positions.shape;
  const pull = gradient((x) => tf.neg(tf.sum(potential(x))));
  const axes = Array.from({ length: d }, (_, k) => k);
  const rows = gradientOfComponents(pull, axes, batch)(copies(positions, d));
  // ∂_k F_i = −∂_k ∂_i V is symmetric, so rows may be stacked along either axis.
  const stacked = tf.reshape(rows, [d, batch, n, d]);
  return {
    value: componentsFirst(pull(positions) as tf.Tensor3D),
    tangent: tf.transpose(stacked, [0, 3, 1, 2]) as tf.Tensor4D,
  };
}

/**
 * The Hessian `∇²V` with its derivatives, entry by entry: `[i][j]`, `j ≤ i`, is a dual of the single component `∂_i∂_j V`.
 */
export function hessian(potential: ScalarField, positions: tf.Tensor3D): Dual[][] {
  const [batch, n, d] = positions.shape;
  const pairs = Array.from({ length: d }, (_, i) =>
    Array.from({ length: i + 1 }, (_row, j) => [i, j]),
  ).flat();
  const [first, second] = [0, 1].map((k) => pairs.map((pair) => pair[k]));
  const slope = gradient((x) => tf.sum(potential(x)));
  const rows = gradientOfComponents(slope, first, batch);
  const points = copies(positions, pairs.length);
  const values = tf.reshape(tf.sum(tf.mul(rows(points), oneHot(second, { d, batch })), 2), [
    pairs.length,
    batch,
    n,
  ]);
  const tangents = tf.transpose(
    tf.reshape(gradientOfComponents(rows, second, batch)(points), [pairs.length, batch, n, d]),
    [0, 3, 1, 2],
  );
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

/** Points `[B, n, d]` so many times, `[count·B, n, d]`: a derivative for each copy is one call of the differentiation, which looks through all that was recorded before. */
function copies(positions: tf.Tensor3D, count: number): tf.Tensor3D {
  return tf.tile(positions, [count, 1, 1]);
}

/** For copies of points, which component of `d` each is asked for, `[count·B, 1, d]`. */
function oneHot(components: readonly number[], { d, batch }: { readonly d: number; readonly batch: number }) {
  const rows = components.flatMap((k) => new Array<number>(batch).fill(k));
  return tf.expandDims(tf.gather(tf.eye(d), tf.tensor1d(rows, "int32")), 1);
}

/** At copies of points the gradient of one component of a field each. */
function gradientOfComponents(f: (x: tf.Tensor) => tf.Tensor, components: readonly number[], batch: number) {
  return gradient((x) => tf.sum(tf.mul(f(x), oneHot(components, { d: x.shape[2] as number, batch }))));
}

/** The gradient of a scalar function, zero where the function does not depend on its argument. */
function gradient(f: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return tf.grad((x: tf.Tensor) => tf.add(f(x), tf.sum(tf.mul(0, x))));
}
