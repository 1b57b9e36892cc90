/** @file Fields that are gradients of a potential, by a hidden layer whose weights serve twice. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Coordinates } from "../domains/phaseSpace.ts";
import type { Dual } from "./dual.ts";
import type { ParameterSpecs, Parameters } from "./parameters.ts";

/**
 * The gradient of `½ zᵀAz + b·z + H^{−1/2} Σ_k c_k log cosh(a_k·z + β_k)` along some of the inputs. All of them make a gradient field; with
 * the velocities of phase space it is one at every position.
 */
export interface GradientFieldShape {
  readonly inputs: number;
  /** The inputs along which the gradient is taken. */
  readonly along: Coordinates;
  /** Neurons `H`. */
  readonly width: number;
}

/** Parameters; the directions `a_k` and offsets `β_k` start random, everything else, and so the field, at zero. */
export function gradientFieldSpecs({ inputs, along, width }: GradientFieldShape): ParameterSpecs {
  check(
    Number.isInteger(width) && width > 0,
    () => `gradientField: width must be a positive integer, got ${width}`,
  );
  return {
    matrix: { shape: [along.count, inputs], initial: 0 },
    offset: { shape: [along.count], initial: 0 },
    directions: { shape: [inputs, width], initial: 1.5 / Math.sqrt(inputs) },
    biases: { shape: [width], initial: 1.5 },
    weights: { shape: [width], initial: 0 },
  };
}

/**
 * `u(z) = A z + b + Σ_k c_k a_k t_k` with `t_k = tanh(a_k·z + β_k)`, `A` symmetric among the components of `u`, and
 * `∇u = A + Σ_k c_k (1 − t_k²) a_k a_kᵀ`, both scaled by `H^{−1/2}` and for the chosen components alone: one matrix product with the outer
 * products, no tangents to carry. Everything that need not see the particles, the factors `c_k` and the 1 in `1 − t²`, stays in small
 * matrices.
 *
 * @param z features, `[inputs, B, n]`; those along which the gradient is taken are coordinates themselves.
 */
export function gradientField(parameters: Parameters, shape: GradientFieldShape, z: tf.Tensor3D): Dual {
  const { inputs, along, width } = shape;
  const d = along.count;
  const directions = parameters["directions"] as tf.Tensor2D;
  const [, batch, n] = z.shape;
  const points = tf.reshape(z, [inputs, batch * n]);
  const column = (name: string) => tf.expandDims(parameters[name], 1);
  const activation = tf.tanh(
    tf.add(tf.matMul(directions, points, true, false), column("biases")),
  ) as tf.Tensor2D;
  const { whole, square } = symmetrised(parameters["matrix"] as tf.Tensor2D, along);
  const own = rows(directions, along);
  const scaled = tf.mul(own, tf.mul(parameters["weights"], 1 / Math.sqrt(width))) as tf.Tensor2D;
  const outer = tf.reshape(tf.mul(tf.expandDims(own, 0), tf.expandDims(scaled, 1)), [d * d, width]);
  const value = tf.add(tf.matMul(scaled, activation), tf.add(tf.matMul(whole, points), column("offset")));
  const atRest = tf.add(tf.reshape(square, [d * d, 1]), tf.sum(outer, 1, true));
  const tangent = tf.sub(atRest, tf.matMul(outer as tf.Tensor2D, tf.square(activation)));
  return {
    value: tf.reshape(value, [d, batch, n]) as tf.Tensor3D,
    tangent: tf.reshape(tangent, [d, d, batch, n]) as tf.Tensor4D,
  };
}

function rows(matrix: tf.Tensor2D, { start, count }: Coordinates): tf.Tensor2D {
  return count === matrix.shape[0] ? matrix : tf.slice(matrix, [start, 0], [count, -1]);
}

/** The matrix `[d, inputs]` with a symmetric block of the components themselves, and that block. */
function symmetrised(matrix: tf.Tensor2D, { start, count }: Coordinates) {
  const inputs = matrix.shape[1];
  const block = tf.slice(matrix, [0, start], [count, count]);
  const square = tf.mul(0.5, tf.add(block, tf.transpose(block))) as tf.Tensor2D;
  if (count === inputs) return { whole: square, square };
  const end = start + count;
  const parts = [
    tf.slice(matrix, [0, 0], [count, start]),
    square,
    tf.slice(matrix, [0, end], [count, inputs - end]),
  ];
  return { whole: tf.concat(parts.filter(({ size }) => size > 0) as tf.Tensor2D[], 1), square };
}
