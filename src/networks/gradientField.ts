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
 * @param z points, `[B, n, d]`.
 */
export function gradientField(parameters: Parameters, shape: GradientFieldShape, z: tf.Tensor3D): Dual {
  const { dimension: d, width } = shape;
  const directions = parameters["directions"] as tf.Tensor2D;
  const matrix = parameters["matrix"] as tf.Tensor2D;
  const symmetric = tf.mul(0.5, tf.add(matrix, tf.transpose(matrix))) as tf.Tensor2D;
  const points = tf.reshape(z, [-1, d]) as tf.Tensor2D;
  const activation = tf.tanh(tf.add(tf.matMul(points, directions), parameters["biases"]));
  const weights = tf.mul(parameters["weights"], 1 / Math.sqrt(width));
  const curvature = tf.mul(tf.sub(1, tf.square(activation)), weights) as tf.Tensor2D;
  const outer = tf.reshape(tf.mul(tf.expandDims(directions, 0), tf.expandDims(directions, 1)), [
    d * d,
    width,
  ]);
  const value = tf.add(
    tf.matMul(tf.mul(activation, weights) as tf.Tensor2D, directions, false, true),
    tf.add(tf.matMul(points, symmetric), parameters["offset"]),
  );
  const tangent = tf.add(
    tf.matMul(curvature, outer as tf.Tensor2D, false, true),
    tf.reshape(symmetric, [1, d * d]),
  );
  const [batch, n] = z.shape;
  return {
    value: tf.reshape(value, [batch, n, d]) as tf.Tensor3D,
    tangent: tf.reshape(tangent, [batch, n, d, d]) as tf.Tensor4D,
  };
}
