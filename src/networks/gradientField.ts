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
 * `u(z) = A z + b + H^{−1/2} Σ_k c_k a_k tanh(a_k·z + β_k)` with a symmetric `A`, and
 * `∇u = A + H^{−1/2} Σ_k c_k (1 − tanh²) a_k a_kᵀ`: one matrix product with the outer products, no tangents to carry.
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
  const activation = tf.tanh(tf.add(tf.matMul(directions, points, true, false), column("biases")));
  const weights = tf.mul(column("weights"), 1 / Math.sqrt(width));
  const curvature = tf.mul(tf.sub(1, tf.square(activation)), weights) as tf.Tensor2D;
  const outer = tf.reshape(tf.mul(tf.expandDims(directions, 0), tf.expandDims(directions, 1)), [
    d * d,
    width,
  ]) as tf.Tensor2D;
  const value = tf.add(
    tf.matMul(directions, tf.mul(activation, weights) as tf.Tensor2D),
    tf.add(tf.matMul(symmetric, points), column("offset")),
  );
  const tangent = tf.add(tf.matMul(outer, curvature), tf.reshape(symmetric, [d * d, 1]));
  return {
    value: tf.reshape(value, [d, batch, n]) as tf.Tensor3D,
    tangent: tf.reshape(tangent, [d, d, batch, n]) as tf.Tensor4D,
  };
}
