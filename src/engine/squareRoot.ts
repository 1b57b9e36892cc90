/** @file Square roots of batches of symmetric positive definite matrices as tensor operations. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";

/**
 * Steps of the iteration. With the Frobenius norm for a scale, an eigenvalue `x` of the scaled matrix is off by
 * `e = 1 − x`, of which a step leaves `e²(3 + e)/4`: a hundredth of the norm takes ten steps to single precision, a thousandth thirteen, and a ten-thousandth sixteen.
 */
const iterations = 16;

/**
 * The positive square root of every matrix of a batch, by the coupled iteration of Newton and Schulz
 *
 *     Y ← ½ Y (3I − ZY),   Z ← ½ (3I − ZY) Z,   Y₀ = M/‖M‖,  Z₀ = I,
 *
 * which divides nothing: a handful of products of matrices, whatever the size (Higham, Functions of Matrices, §6.7). Its
 * condition number must not be above ten thousand.
 *
 * @param m symmetric positive definite, shape [d, d, ...]; the result has the same shape.
 */
export function squareRoot(m: tf.Tensor): tf.Tensor {
  const [d, columns, ...batch] = m.shape;
  check(m.rank >= 2 && d === columns, () => `squareRoot: m must have shape [d, d, ...], got [${m.shape}].`);
  const matrices = tf.transpose(tf.reshape(m, [d, d, -1]), [2, 0, 1]);
  const norm = tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true));
  const three = tf.mul(tf.expandDims(tf.eye(d), 0), 3);
  let root = tf.div(matrices, norm);
  let step = tf.mul(tf.sub(three, root), 0.5);
  let inverse: tf.Tensor = step;
  root = tf.matMul(root, step);
  for (let k = 1; k < iterations; k++) {
    step = tf.mul(tf.sub(three, tf.matMul(inverse, root)), 0.5);
    root = tf.matMul(root, step);
    inverse = tf.matMul(step, inverse);
  }
  return tf.reshape(tf.transpose(tf.mul(root, tf.sqrt(norm)), [1, 2, 0]), [d, d, ...batch]);
}
