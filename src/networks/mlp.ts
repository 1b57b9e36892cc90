/** @file A multilayer perceptron on points, with its exact Jacobian. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { addDuals, type Dual } from "./dual.ts";
import { dense, denseDual, denseSpecs, tanhDual } from "./layers.ts";
import type { ParameterSpecs, Parameters } from "./parameters.ts";

/** Layers of `tanh` neurons from R^d to R^d. */
export interface MlpShape {
  readonly dimension: number;
  /** Neurons of each hidden layer, at least one layer. */
  readonly hidden: readonly number[];
  /** Whether `A z` is added to the output, so that affine fields need no neuron. */
  readonly skip: boolean;
}

/** Parameters of the perceptron. The output layer and the skip start at zero: so does the field. */
export function mlpSpecs(shape: MlpShape): ParameterSpecs {
  const { dimension, hidden, skip } = shape;
  check(
    hidden.length > 0 && hidden.every((width) => Number.isInteger(width) && width > 0),
    () => `mlp: hidden must list at least one positive integer, got [${hidden}]`,
  );
  const inputs = [dimension, ...hidden];
  const layers = hidden.map((outputs, layer) => ({
    ...denseSpecs(`hidden.${layer}`, { inputs: inputs[layer], outputs }),
    [`hidden.${layer}.bias`]: { shape: [outputs], initial: layer === 0 ? 1 : 0 },
  }));
  return Object.assign(
    {},
    ...layers,
    denseSpecs("output", { inputs: hidden[hidden.length - 1], outputs: dimension, gain: 0 }),
    skip ? { skip: { shape: [dimension, dimension], initial: 0 } } : {},
  );
}

/** The field at points `z`, `[d, B, n]`, and its Jacobian with respect to `z`. */
export function mlp(parameters: Parameters, shape: MlpShape, z: tf.Tensor3D): Dual {
  const { dimension: d, hidden, skip } = shape;
  const first: Dual = {
    value: dense(parameters, "hidden.0", z) as tf.Tensor3D,
    // The Jacobian of the first layer is its weight at every point: [H, d, 1, 1] broadcasts.
    tangent: tf.reshape(tf.transpose(parameters["hidden.0.weight"]), [hidden[0], d, 1, 1]),
  };
  const last = hidden
    .slice(1)
    .reduce((x, _, layer) => tanhDual(denseDual(parameters, `hidden.${layer + 1}`, x)), tanhDual(first));
  const output = denseDual(parameters, "output", last);
  if (!skip) return output;
  const matrix = parameters["skip"] as tf.Tensor2D;
  return addDuals(output, {
    value: tf.reshape(tf.matMul(matrix, tf.reshape(z, [d, -1]), true, false), z.shape) as tf.Tensor3D,
    tangent: tf.reshape(tf.transpose(matrix), [d, d, 1, 1]),
  });
}
