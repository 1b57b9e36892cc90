/** @file Fields of a batch of clouds with the cloud first, `[B, d, n]`, as products of matrices want them. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "../networks/dual.ts";

/** A field about its mean, `[B, d, n]`, and `∂w_f/∂v_k` at `[B, f, k, n]`; where it is the same at all particles, the last size is 1. */
export interface FieldRows {
  readonly w: tf.Tensor;
  readonly jacobian: tf.Tensor;
}

export function fieldRows({ value, tangent }: Dual): FieldRows {
  return {
    w: centredRows(tf.transpose(value, [1, 0, 2])),
    jacobian: tf.transpose(tangent, [2, 0, 1, 3]),
  };
}

/** Back to components first. */
export function toDual(rows: { readonly value: tf.Tensor; readonly jacobian: tf.Tensor }): Dual {
  return {
    value: tf.transpose(rows.value, [1, 0, 2]) as tf.Tensor3D,
    tangent: tf.transpose(rows.jacobian, [1, 2, 0, 3]) as tf.Tensor4D,
  };
}

/** Rows about the mean over their particles. */
export function centredRows(rows: tf.Tensor): tf.Tensor {
  return tf.sub(rows, tf.mean(rows, 2, true));
}

/** `a⊗b` at every particle, `[B, d, d, n]`. */
export function outerRows(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.mul(tf.expandDims(a, 2), tf.expandDims(b, 1));
}

/** The identity at every particle, `[1, d, d, 1]`. */
export function identityRows(d: number): tf.Tensor {
  return tf.reshape(tf.eye(d), [1, d, d, 1]);
}
