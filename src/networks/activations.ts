/** @file Activations of hidden layers on duals. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "./dual.ts";

/** `leakyRelu` has the slope 0.01 below zero. It is piecewise linear: the divergence of its networks jumps, that of the others does not. */
export type Activation = "tanh" | "silu" | "leakyRelu";

type Function = (x: tf.Tensor) => { readonly value: tf.Tensor; readonly slope: tf.Tensor };

const functions: Readonly<Record<Activation, Function>> = {
  tanh(x) {
    const value = tf.tanh(x);
    return { value, slope: tf.sub(1, tf.square(value)) };
  },
  silu(x) {
    const gate = tf.sigmoid(x);
    const value = tf.mul(x, gate);
    return { value, slope: tf.add(gate, tf.mul(value, tf.sub(1, gate))) };
  },
  leakyRelu(x) {
    const slope = tf.step(x, 0.01);
    // Not tf.leakyRelu: the value, its derivative and the tangents all take their side from one comparison.
    return { value: tf.mul(x, slope), slope };
  },
};

export const activationNames = Object.keys(functions) as readonly Activation[];

/**
 * `σ(x)` of each component, and its exact tangent `σ'(x)·ẋ`. A tangent that is the same at every particle may be `[F, d, 1, 1]`.
 *
 * @param factor what the tangent of `x` has still to be multiplied by, `[F, B, 1]`: tangents are `d` times as many numbers as
 *   slopes, so factors are gathered there.
 */
export function activate(name: Activation, x: Dual, factor?: tf.Tensor): Dual {
  const { value, slope } = functions[name](x.value);
  const along = factor === undefined ? slope : tf.mul(slope, factor);
  return { value: value as tf.Tensor3D, tangent: tf.mul(tf.expandDims(along, 1), x.tangent) };
}
