/** @file Collisions by sums over all pairs on tensors: products of matrices, without an array of pairs of vectors. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "../networks/dual.ts";
import { type LandauKernel, strengthOf } from "./landauKernel.ts";
import { centredRows, fieldRows, identityRows, outerRows, toDual } from "./landauRows.ts";

/** Matrices over pairs, `[B, n, n]`, symmetric and zero on the diagonal. */
interface PairMatrices {
  /** `K = C (|z|² + ε²)^{γ/2}/n`. */
  readonly kernel: tf.Tensor;
  /** `|z|²`. */
  readonly squared: tf.Tensor;
  /** `1/(|z|² + ε²)`. */
  readonly inverse: tf.Tensor;
  /** `z·ω`. */
  readonly alignment: tf.Tensor;
}

/**
 * What `pairApply` computes, by expanding every sum over pairs in powers of `v_i` and `v_j`: with `K` a matrix,
 * `Σ_j K_ij z⊗z = (K1) v⊗v − v⊗(Kv) − (Kv)⊗v + K[v⊗v]`, and so on. Distances are sums of squared differences, not differences of
 * squares. Nothing that depends on positions alone is differentiated where positions are given.
 */
export function gramApply(kernel: LandauKernel, field: Dual, positions: tf.Tensor3D): Dual {
  const v = centredRows(tf.transpose(positions, [0, 2, 1]));
  const { w, jacobian } = fieldRows(field);
  const pairs = pairMatrices(kernel, v, w);
  const transverse = tf.mul(pairs.kernel, pairs.squared);
  const longitudinal = tf.mul(pairs.kernel, pairs.alignment);
  const weight = tf.sum(transverse, 1, true);
  const x = tf.sum(longitudinal, 1, true);
  const value = tf.add(
    tf.sub(tf.mul(weight, w), tf.matMul(w, transverse)),
    tf.sub(tf.matMul(v, longitudinal), tf.mul(x, v)),
  );
  const d = v.shape[1] as number;
  const isotropic = (sums: tf.Tensor) => tf.mul(identityRows(d), tf.expandDims(sums, 1));
  const tensor = tf.sub(isotropic(weight), pairOuter(pairs.kernel, v, v));
  const slope = tf.sub(slopes(kernel, pairs, { v, w }), isotropic(x));
  return toDual({ value, jacobian: tf.add(rowProducts(tensor, jacobian), slope) });
}

/** `Σ_j K ((2 + γ|z|²/(|z|² + ε²)) ω⊗z − z⊗ω − γ (z·ω)/(|z|² + ε²) z⊗z)`, `[B, d, d, n]`. */
function slopes(
  { exponent, softening }: LandauKernel,
  { kernel, squared, inverse, alignment }: PairMatrices,
  { v, w }: { readonly v: tf.Tensor; readonly w: tf.Tensor },
): tf.Tensor {
  const mixed = pairOuter(kernel, w, v);
  const share = tf.mul(squared, inverse); // 1 for every pair where ε = 0
  const curved = softening === 0 ? mixed : pairOuter(tf.mul(kernel, share), w, v);
  const twisted = tf.sub(
    tf.add(tf.mul(2, mixed), tf.mul(exponent, curved)),
    tf.transpose(mixed, [0, 2, 1, 3]),
  );
  const third = tf.mul(kernel, tf.mul(alignment, inverse));
  return tf.sub(twisted, tf.mul(exponent, pairOuter(third, v, v)));
}

function pairMatrices(kernel: LandauKernel, v: tf.Tensor, w: tf.Tensor): PairMatrices {
  const [, d, n] = v.shape as [number, number, number];
  const squared = Array.from({ length: d }, (_, a) => {
    const coordinate = tf.slice(v, [0, a, 0], [-1, 1, n]);
    return tf.square(tf.sub(tf.transpose(coordinate, [0, 2, 1]), coordinate));
  }).reduce((sum, term) => tf.add(sum, term)) as tf.Tensor;
  // 1 for pairs of different particles, 0 on the diagonal, where the difference is exactly zero.
  const isPair = tf.step(squared);
  const base = tf.add(squared, tf.sub(1 + kernel.softening ** 2, isPair));
  const p = tf.sum(tf.mul(v, w), 1, true);
  const ones = tf.onesLike(p);
  const left = tf.concat([tf.neg(v), tf.neg(w), p, ones], 1);
  const right = tf.concat([w, v, ones, p], 1);
  return {
    kernel: tf.mul(tf.mul(isPair, strengthOf(kernel) / n), halfPowerTensor(kernel.exponent, base)),
    squared,
    inverse: tf.reciprocal(base),
    alignment: tf.matMul(left, right, true, false),
  };
}

/** `Σ_j K_ij (a_i − a_j)⊗(b_i − b_j)`, `[B, d, d, n]`. */
function pairOuter(matrix: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [batch, d, n] = a.shape as [number, number, number];
  const sums = tf.sum(matrix, 1, true);
  const [meanA, meanB] = [a, b].map((rows) => tf.matMul(rows, matrix));
  const both = tf.matMul(tf.reshape(outerRows(a, b), [batch, d * d, n]), matrix);
  const own = outerRows(tf.sub(tf.mul(sums, a), meanA), b);
  return tf.sub(tf.add(own, tf.reshape(both, [batch, d, d, n])), outerRows(a, meanB));
}

/** `A J` at every particle, of `[B, d, d, n]` each. */
function rowProducts(matrix: tf.Tensor, jacobian: tf.Tensor): tf.Tensor {
  const d = matrix.shape[1] as number;
  return Array.from({ length: d }, (_, a) =>
    tf.mul(
      tf.slice(matrix, [0, 0, a, 0], [-1, -1, 1, -1]),
      tf.slice(jacobian, [0, a, 0, 0], [-1, 1, -1, -1]),
    ),
  ).reduce((sum, term) => tf.add(sum, term)) as tf.Tensor;
}

/** `x^{γ/2}`, by roots where they will do. */
function halfPowerTensor(exponent: number, x: tf.Tensor): tf.Tensor {
  if (exponent === -3) return tf.div(tf.rsqrt(x), x);
  if (exponent === -2) return tf.reciprocal(x);
  if (exponent === -1) return tf.rsqrt(x);
  if (exponent === 1) return tf.sqrt(x);
  return tf.pow(x, exponent / 2);
}
