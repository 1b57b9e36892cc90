/** @file Means of `|x − y|²` and `|x − y|⁴` over a cloud: polynomials in x whose coefficients are moments of the cloud. */

import * as tf from "@tensorflow/tfjs";
import type { Cloud } from "../measures/cloud.ts";
import { centred, moments } from "../metrics/statistics.ts";

/** Moments of each cloud of a batch about its mean `ȳ`. */
export type CloudMoments = {
  /** `ȳ`, `[B, 1, d]`. */
  readonly mean: tf.Tensor3D;
  /** `M = E[ŷŷᵀ]`, `ŷ = y − ȳ`, `[B, d, d]`. */
  readonly covariance: tf.Tensor3D;
  /** `q = E[ŷ|ŷ|²]`, `[B, 1, d]`. */
  readonly third: tf.Tensor3D;
  /** `E|ŷ|⁴`, `[B, 1]`. */
  readonly fourth: tf.Tensor2D;
};

/** The moments of clouds `[B, n, d]`. */
export function cloudMoments(positions: tf.Tensor3D): CloudMoments {
  const n = positions.shape[1];
  const mean = tf.mean(positions, 1, true) as tf.Tensor3D;
  const centred = tf.sub(positions, mean) as tf.Tensor3D;
  const squares = tf.sum(tf.square(centred), 2, true);
  return {
    mean,
    covariance: tf.div(tf.matMul(centred, centred, true, false), n),
    third: tf.mean(tf.mul(centred, squares), 1, true),
    fourth: tf.mean(tf.square(squares), 1) as tf.Tensor2D,
  };
}

/** `E|x − y|² = |z|² + tr M` with `z = x − ȳ`, `[B, n, d] → [B, n]`. */
export function meanSquare(moments: CloudMoments, points: tf.Tensor): tf.Tensor {
  const z = tf.sub(points, moments.mean);
  return tf.add(tf.sum(tf.square(z), 2), traceOf(moments));
}

/** `E|x − y|⁴ = |z|⁴ + 4 zᵀMz + 2|z|² tr M − 4 z·q + E|ŷ|⁴`, `[B, n, d] → [B, n]`. */
export function meanQuartic(moments: CloudMoments, points: tf.Tensor): tf.Tensor {
  const { mean, covariance, third, fourth } = moments;
  const z = tf.sub(points, mean) as tf.Tensor3D;
  const squares = tf.sum(tf.square(z), 2);
  const bent = tf.sub(tf.matMul(z, covariance), third);
  const mixed = tf.mul(4, tf.sum(tf.mul(z, bent), 2));
  return tf.add(tf.add(tf.mul(squares, tf.add(squares, tf.mul(2, traceOf(moments)))), mixed), fourth);
}

/** `tr M`, `[B, 1]`. */
function traceOf({ covariance }: CloudMoments): tf.Tensor {
  const d = covariance.shape[2];
  return tf.sum(tf.sum(tf.mul(covariance, tf.eye(d)), 2), 1, true);
}

/**
 * `E|x_i − y|²` and `E|x_i − y|⁴` for every particle of a cloud over all others, in Float64: exact, in `O(n)`.
 *
 * @returns `[n]` each.
 */
export function meanPowers({ dimension: d, count: n, positions }: Cloud): {
  readonly square: Float64Array;
  readonly quartic: Float64Array;
} {
  const { mean, covariance } = moments(positions, d);
  const about = centred(positions, d, mean);
  const third = new Float64Array(d);
  const squares = new Float64Array(n);
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) squares[i] += about[i * d + a] ** 2;
    for (let a = 0; a < d; a++) third[a] += (about[i * d + a] * squares[i]) / n;
    fourth += squares[i] ** 2 / n;
  }
  const trace = covariance.reduce((sum, row, a) => sum + row[a], 0);
  // A particle's distance from itself is zero: the mean over the others is that over all but for the divisor.
  const others = n / (n - 1);
  const square = squares.map((s) => others * (s + trace));
  const quartic = squares.map((s, i) => {
    let bent = 0;
    for (let a = 0; a < d; a++) {
      const z = about[i * d + a];
      bent -= z * third[a];
      for (let b = 0; b < d; b++) bent += z * covariance[a][b] * about[i * d + b];
    }
    return others * (s * (s + 2 * trace) + 4 * bent + fourth);
  });
  return { square, quartic };
}
