/** @file Layers that act on duals, so that a network returns its value and its exact Jacobian. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "./dual.ts";
import type { ParameterSpecs, Parameters } from "./parameters.ts";

/** Weight and bias of a dense layer; weights start normal with deviation `gain/√inputs`, biases at zero. */
export function denseSpecs(
  name: string,
  sizes: { inputs: number; outputs: number; gain?: number },
): ParameterSpecs {
  const { inputs, outputs, gain = 1 } = sizes;
  return {
    [`${name}.weight`]: { shape: [inputs, outputs], initial: gain / Math.sqrt(inputs) },
    [`${name}.bias`]: { shape: [outputs], initial: 0 },
  };
}

/** `Wᵀx + b` on the first axis, `[inputs, ...] → [outputs, ...]`, as one matrix product over all other axes. */
export function dense(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const bias = parameters[`${name}.bias`];
  const column = tf.reshape(bias, [bias.size, ...x.shape.slice(1).map(() => 1)]);
  return tf.add(project(parameters[`${name}.weight`], x), column);
}

/** The dense layer on a dual: the bias moves the value alone. */
export function denseDual(parameters: Parameters, name: string, x: Dual): Dual {
  return {
    value: dense(parameters, name, x.value) as tf.Tensor3D,
    tangent: project(parameters[`${name}.weight`], x.tangent) as tf.Tensor4D,
  };
}

/** Componentwise tanh with its exact tangent, `(1 − tanh²)·ẋ`. */
export function tanhDual(x: Dual): Dual {
  const value = tf.tanh(x.value);
  return { value, tangent: tf.mul(tf.expandDims(tf.sub(1, tf.square(value)), 1), x.tangent) };
}

/** Feature-wise modulation `x·(1 + scale) + shift` by a code of the density, `[F, B, 1]` each. */
export function modulateDual(x: Dual, scale: tf.Tensor, shift: tf.Tensor): Dual {
  const factor = tf.add(1, scale);
  return {
    value: tf.add(tf.mul(x.value, factor), shift),
    tangent: tf.mul(x.tangent, tf.expandDims(factor, 1)),
  };
}

function project(weight: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [inputs, outputs] = weight.shape;
  const product = tf.matMul(weight as tf.Tensor2D, tf.reshape(x, [inputs, -1]), true, false);
  return tf.reshape(product, [outputs, ...x.shape.slice(1)]);
}
