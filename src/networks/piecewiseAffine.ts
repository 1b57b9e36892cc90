/** @file A perceptron of leaky ReLU through its gates: where they are known, it is affine. */

import * as tf from "@tensorflow/tfjs";
import { addDuals, type Dual } from "./dual.ts";
import { dense, denseDual } from "./layers.ts";
import type { MlpShape } from "./mlp.ts";
import type { Parameters } from "./parameters.ts";

/**
 * The perceptron `mlp` of leaky ReLU with one hidden layer or more. Each neuron multiplies what it gets by a gate, 1 or 0.01, so between the kinks
 * `u(z) = G z + c`, where
 *
 *     G = W₁ S₁ W₂ S₂ … W_out        (features by components, each S_l the diagonal of a layer's gates)
 *
 * is the derivative along all features at once. It is made from the output back. Gates have no derivative, so training differentiates the
 * way back alone: with two hidden layers and one component that takes three products of wide matrices, where
 * values and tangents that run forwards take six.
 */
export function piecewiseAffine(parameters: Parameters, shape: MlpShape, z: Dual): Dual {
  const { hidden, outputs } = shape;
  const [inputs, batch, n] = z.value.shape;
  const own: Parameters = {
    ...parameters,
    "hidden.0.weight": tf.concat(
      [parameters["hidden.0.weight"], tf.expandDims(parameters["hidden.0.bias"], 0)],
      0,
    ),
  };
  // A feature that is one everywhere has the bias of the first layer for its weights.
  const points = tf.concat(
    [tf.reshape(z.value, [inputs, batch * n]), tf.ones([1, batch * n])],
    0,
  ) as tf.Tensor2D;
  const gates = gatesOf(own, shape, points);
  let slopes = tf.expandDims(parameters["output.weight"], 2);
  let constant: tf.Tensor = tf.reshape(parameters["output.bias"], [outputs, 1]);
  for (let layer = hidden.length - 1; layer >= 0; layer--) {
    const weight = own[`hidden.${layer}.weight`];
    const times = pullBack(slopes, gates[layer]);
    if (layer > 0)
      constant = tf.add(constant, tf.squeeze(times(tf.expandDims(own[`hidden.${layer}.bias`], 0)), [0]));
    const back = times(weight);
    slopes = shape.residual && layer > 0 ? tf.add(slopes, back) : back;
  }
  const value = tf.add(sumOfFirst(tf.mul(slopes, tf.expandDims(points, 1))), constant);
  const field = {
    value: tf.reshape(value, [outputs, batch, n]) as tf.Tensor3D,
    tangent: alongTangents(slopes, z),
  };
  return shape.skip
    ? addDuals(field, denseDual({ "skip.weight": parameters["skip.weight"] }, "skip", z))
    : field;
}

/** Gates of each hidden layer, `[width, N]`, as constants of differentiation. */
function gatesOf(parameters: Parameters, shape: MlpShape, points: tf.Tensor2D): tf.Tensor[] {
  const { hidden, residual } = shape;
  const names = hidden.flatMap((_, layer) => [
    `hidden.${layer}.weight`,
    ...(layer === 0 ? [] : [`hidden.${layer}.bias`]),
  ]);
  // One function without a derivative, or tfjs would send zeros back through all its layers.
  const gates = tf.customGrad((...args) => {
    const own = Object.fromEntries(names.map((name, i) => [name, args[i] as tf.Tensor]));
    let x: tf.Tensor = points;
    const layers = hidden.map((_, layer) => {
      const sum = dense(own, `hidden.${layer}`, x);
      const open = tf.step(sum, 0.01);
      const next = tf.mul(sum, open);
      x = residual && layer > 0 ? tf.add(x, next) : next;
      return open;
    });
    return {
      value: tf.concat(layers, 0),
      gradFunc: () => names.map((name) => tf.zerosLike(parameters[name])),
    };
  })(...names.map((name) => parameters[name]));
  let end = 0;
  return hidden.map((width) => {
    end += width;
    return tf.slice(gates, [end - width, 0], [width, -1]);
  });
}

/**
 * Products of matrices with `slopes ∘ gates`, `[width, F, N]`, for the layer below: `[rows, width] → [rows, F, N]`. Slopes that are the same
 * everywhere, `[width, F, 1]`, go into the matrix instead, which is small.
 */
function pullBack(slopes: tf.Tensor, gates: tf.Tensor): (matrix: tf.Tensor) => tf.Tensor {
  const [width, outputs, columns] = slopes.shape;
  if (columns > 1) {
    const open = tf.reshape(tf.mul(slopes, tf.expandDims(gates, 1)), [width, -1]) as tf.Tensor2D;
    return (matrix) => tf.reshape(tf.matMul(matrix as tf.Tensor2D, open), [matrix.shape[0], outputs, -1]);
  }
  const weights = tf.expandDims(tf.transpose(tf.squeeze(slopes, [2])), 0);
  return (matrix) => {
    const rows = matrix.shape[0];
    const own = tf.reshape(tf.mul(tf.expandDims(matrix, 1), weights), [rows * outputs, width]) as tf.Tensor2D;
    return tf.reshape(tf.matMul(own, gates as tf.Tensor2D), [rows, outputs, -1]);
  };
}

/** The sum over the first axis, which is short, as a product of matrices: several times as fast. */
function sumOfFirst(x: tf.Tensor): tf.Tensor {
  const [count, ...rest] = x.shape;
  return tf.reshape(tf.matMul(tf.ones([1, count]), tf.reshape(x, [count, -1])), rest);
}

/** Derivatives `[F, d, B, n]` along the directions of `z`, from those along its features and the one, `[inputs + 1, F, B n]`. */
function alongTangents(slopes: tf.Tensor, { value, tangent }: Dual): tf.Tensor4D {
  const [inputs, batch, n] = value.shape;
  const [, d, , own] = tangent.shape;
  const outputs = slopes.shape[1] as number;
  if (own === n) {
    const features = tf.reshape(tf.slice(slopes, 0, inputs), [inputs, outputs, 1, batch, n]);
    return sumOfFirst(tf.mul(features, tf.expandDims(tangent, 1))) as tf.Tensor4D;
  }
  // The same at every particle.
  const directions = tf.concat([tf.reshape(tangent, [inputs, d]), tf.zeros([1, d])], 0) as tf.Tensor2D;
  const product = tf.matMul(directions, tf.reshape(slopes, [inputs + 1, -1]), true, false);
  return tf.transpose(tf.reshape(product, [d, outputs, batch, n]), [1, 0, 2, 3]) as tf.Tensor4D;
}
