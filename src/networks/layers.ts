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

/** `x W + b` on the last axis, `[..., inputs] → [..., outputs]`, as one matrix product over all other axes. */
export function dense(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  return tf.add(project(x, parameters[`${name}.weight`]), parameters[`${name}.bias`]);
}

/** The dense layer on a dual: the bias moves the value alone. */
export function denseDual(parameters: Parameters, name: string, x: Dual): Dual {
  return {
    value: dense(parameters, name, x.value) as tf.Tensor3D,
    tangent: project(x.tangent, parameters[`${name}.weight`]) as tf.Tensor4D,
  };
}

/** Componentwise tanh with its exact tangent, `(1 − tanh²)·ẋ`. */
export function tanhDual(x: Dual): Dual {
  const value = tf.tanh(x.value);
  return { value, tangent: tf.mul(tf.expandDims(tf.sub(1, tf.square(value)), 2), x.tangent) };
}

/** Feature-wise modulation `x·(1 + scale) + shift` by a code of the density, `[B, 1, F]` each. */
export function modulateDual(x: Dual, scale: tf.Tensor, shift: tf.Tensor): Dual {
  const factor = tf.add(1, scale);
  return {
    value: tf.add(tf.mul(x.value, factor), shift),
    tangent: tf.mul(x.tangent, tf.expandDims(factor, 2)),
  };
}

function project(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const [inputs, outputs] = weight.shape;
  return tf.reshape(tf.matMul(tf.reshape(x, [-1, inputs]), weight as tf.Tensor2D), [
    ...x.shape.slice(0, -1),
    outputs,
  ]);
}
