/** @file Fields that are gradients of a potential, by a hidden layer whose weights serve twice. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Dual } from "./dual.ts";
import type { ParameterSpecs, Parameters } from "./parameters.ts";

/** The gradient of `½ zᵀAz + b·z + H^{−1/2} Σ_k c_k log cosh(a_k·z + β_k)`. */
export interface GradientFieldShape {
  readonly dimension: number;
  /** Neurons `H`. */
  readonly width: number;
}

/** Parameters; the directions `a_k` and offsets `β_k` start random, everything else, and so the field, at zero. */
export function gradientFieldSpecs({ dimension, width }: GradientFieldShape): ParameterSpecs {
  check(
    Number.isInteger(width) && width > 0,
    () => `gradientField: width must be a positive integer, got ${width}`,
  );
  return {
    matrix: { shape: [dimension, dimension], initial: 0 },
    offset: { shape: [dimension], initial: 0 },
    directions: { shape: [dimension, width], initial: 1.5 / Math.sqrt(dimension) },
    biases: { shape: [width], initial: 1.5 },
    weights: { shape: [width], initial: 0 },
  };
}

/**
 * `u(z) = A z + b + Σ_k c_k a_k t_k` with `t_k = tanh(a_k·z + β_k)` and a symmetric `A`, and
 * `∇u = A + Σ_k c_k (1 − t_k²) a_k a_kᵀ`, both scaled by `H^{−1/2}`: one matrix product with the outer products, no tangents
 * to carry. Everything that need not see the particles, the factors `c_k` and the 1 in `1 − t²`, stays in small matrices.
 *
 * @param z points, `[d, B, n]`.
 */
export function gradientField(parameters: Parameters, shape: GradientFieldShape, z: tf.Tensor3D): Dual {
  const { dimension: d, width } = shape;
  const directions = parameters["directions"] as tf.Tensor2D;
  const matrix = parameters["matrix"] as tf.Tensor2D;
  const symmetric = tf.mul(0.5, tf.add(matrix, tf.transpose(matrix))) as tf.Tensor2D;
  const [, batch, n] = z.shape;
  const points = tf.reshape(z, [d, batch * n]);
  const column = (name: string) => tf.expandDims(parameters[name], 1);
  const activation = tf.tanh(
    tf.add(tf.matMul(directions, points, true, false), column("biases")),
  ) as tf.Tensor2D;
  const scaled = tf.mul(directions, tf.mul(parameters["weights"], 1 / Math.sqrt(width))) as tf.Tensor2D;
  const outer = tf.reshape(tf.mul(tf.expandDims(directions, 0), tf.expandDims(scaled, 1)), [d * d, width]);
  const value = tf.add(tf.matMul(scaled, activation), tf.add(tf.matMul(symmetric, points), column("offset")));
  const atRest = tf.add(tf.reshape(symmetric, [d * d, 1]), tf.sum(outer, 1, true));
  const tangent = tf.sub(atRest, tf.matMul(outer as tf.Tensor2D, tf.square(activation)));
  return {
    value: tf.reshape(value, [d, batch, n]) as tf.Tensor3D,
    tangent: tf.reshape(tangent, [d, d, batch, n]) as tf.Tensor4D,
  };
}
