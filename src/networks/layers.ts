/** @file Layers that act on duals, so that a network returns its value and its exact Jacobian. */

import * as tf from "@tensorflow/tfjs";
import { type Activation, activate } from "./activations.ts";
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

/** `Wᵀx + b` on the first axis, `[inputs, ...] → [outputs, ...]`, as one matrix product over all other axes; `Wᵀx` where there is no bias. */
export function dense(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  return affine(parameters[`${name}.weight`], x, parameters[`${name}.bias`]);
}

/** The dense layer on a dual: the bias moves the value alone. */
export function denseDual(parameters: Parameters, name: string, x: Dual): Dual {
  return {
    value: dense(parameters, name, x.value) as tf.Tensor3D,
    tangent: affine(parameters[`${name}.weight`], x.tangent) as tf.Tensor4D,
  };
}

/**
 * A hidden layer with feature-wise modulation by a code of the density, `σ((Wᵀx + b)·(1 + scale) + shift)`, with `scale` and
 * `shift` `[F, B, 1]`. For a single density the modulation goes into the weights, which are few.
 */
export function modulatedLayer(
  parameters: Parameters,
  layer: { readonly name: string; readonly activation: Activation },
  x: Dual,
  modulation: { readonly scale: tf.Tensor; readonly shift: tf.Tensor },
): Dual {
  const { name, activation } = layer;
  const factor = tf.add(1, modulation.scale);
  if (x.value.shape[1] === 1) {
    const [columns, shift] = [factor, modulation.shift].map((t) => tf.reshape(t, [-1]));
    const weight = tf.mul(parameters[`${name}.weight`], columns);
    const bias = tf.add(tf.mul(parameters[`${name}.bias`], columns), shift);
    return activate(activation, denseDual({ [`${name}.weight`]: weight, [`${name}.bias`]: bias }, name, x));
  }
  const { value, tangent } = denseDual(parameters, name, x);
  return activate(activation, { value: tf.add(tf.mul(value, factor), modulation.shift), tangent }, factor);
}

/** The bias is added to the plain product of matrices, where both are one operation of the runtime. */
function affine(weight: tf.Tensor, x: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [inputs, outputs] = weight.shape;
  const product = tf.matMul(weight as tf.Tensor2D, tf.reshape(x, [inputs, -1]), true, false);
  const sum = bias === undefined ? product : tf.add(product, tf.reshape(bias, [outputs, 1]));
  return tf.reshape(sum, [outputs, ...x.shape.slice(1)]);
}
