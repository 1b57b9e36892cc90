/** @file Slopes by local regression over the context, with exact tangents. */

import * as tf from "@tensorflow/tfjs";
import {
  concatDuals,
  type Dual,
  multiplyDuals,
  sliceDual,
  solveDuals,
  subtractDuals,
} from "../networks/dual.ts";
import { momentTable } from "./moments.ts";

/** Points of the context in the whitened frame, `[B, C, d]`, and the monomials of `momentTable` there. */
export interface RegressionContext {
  readonly points: tf.Tensor3D;
  readonly monomials: tf.Tensor3D;
}

/** Local features for `S` widths at once: every dual has `Q·S` rows, the width running fastest. */
export interface LocalFeatures {
  /** `β_h`, the slope of the regression plane, `d` components. */
  readonly slope: Dual;
  /** The kernel's mean shift `E_a[ĉ] − x̂`, `d` components. */
  readonly shift: Dual;
  /** The local level `E_a[μ]`, one component. */
  readonly level: Dual;
}

/**
 * Regresses a potential `μ` (what the global fit leaves of the chemical one) on position over the context, around every
 * query, for every width `h`:
 *
 *     a_j ∝ exp(−|x̂ − ĉ_j|²/2h²),     β_h(x̂) = (Cov_a(ĉ) + εh²I)⁻¹ Cov_a(ĉ, μ).
 *
 * Where `μ` is constant every slope is exactly zero: this is what makes the operator well balanced.
 *
 * @param queries whitened positions `x̂`, `[B, Q, d]`; the tangents are with respect to them.
 * @param options.widths `h`, in units of the cloud's RMS radius a coordinate.
 * @param options.ridge `ε`; it flattens the slope where particles are few.
 */
export function localRegression(
  queries: tf.Tensor3D,
  context: RegressionContext,
  options: { readonly widths: readonly number[]; readonly ridge: number },
): LocalFeatures {
  const { widths, ridge } = options;
  const [batch, count, d] = queries.shape;
  const moments = localMoments(queries, context, widths);
  const column = (index: number) => sliceDual(moments, index, 1);
  const levelColumn = d + (d * (d + 1)) / 2;
  const level = column(levelColumn);
  const mean = Array.from({ length: d }, (_, i) => column(i));
  const ridges = tf.reshape(
    perRow(widths, (h) => ridge * h * h, count),
    [1, count * widths.length, 1],
  );
  const covariance = mean.map((mi, i) =>
    mean.slice(0, i + 1).map((mj, j) => {
      const central = subtractDuals(column(secondMomentColumn(d, i, j)), multiplyDuals(mi, mj));
      return i === j ? { ...central, value: tf.add(central.value, ridges) as tf.Tensor3D } : central;
    }),
  );
  const cross = mean.map((mi, i) => subtractDuals(column(levelColumn + 1 + i), multiplyDuals(level, mi)));
  const slope = concatDuals(solveDuals(covariance, cross));
  const repeated = tf.reshape(tf.tile(tf.expandDims(queries, 2), [1, 1, widths.length, 1]), [
    batch,
    count * widths.length,
    d,
  ]);
  const identity = tf.tile(tf.reshape(tf.eye(d), [1, 1, d, d]), [batch, count * widths.length, 1, 1]);
  const shift = subtractDuals(sliceDual(moments, 0, d), {
    value: repeated as tf.Tensor3D,
    tangent: identity as tf.Tensor4D,
  });
  return { slope, shift, level };
}

/**
 * `E_a[P]` for `P = (ĉ, ĉĉᵀ, μ, μĉ)`. Since `∂_k a_j = a_j (ĉ_jk − E_a[ĉ_k])/h²`, derivatives of moments are
 * moments, `∂_k E_a[P] = (E_a[P ĉ_k] − E_a[P] E_a[ĉ_k])/h²`: one matrix product a width gives values and tangents.
 */
function localMoments(queries: tf.Tensor3D, context: RegressionContext, widths: readonly number[]): Dual {
  const [batch, count, d] = queries.shape;
  const { points, monomials } = context;
  const table = momentTable(d);
  const sums = tf.stack(
    kernelWeights(queries, points, widths).map((weights) => tf.matMul(weights, monomials)),
    2,
  ); // [B, Q, S, monomials]
  const total = tf.slice(sums, [0, 0, 0, table.monomials.length - 1], [-1, -1, -1, 1]);
  const expectations = tf.reshape(
    tf.gather(tf.div(sums, total), tf.tensor1d([...table.columns], "int32"), -1),
    [batch, count * widths.length, 1 + d, table.count],
  );
  const value = tf.slice(expectations, [0, 0, 0, 0], [-1, -1, 1, -1]); // [B, Q·S, 1, p]
  const means = tf.reshape(tf.slice(value, [0, 0, 0, 0], [-1, -1, -1, d]), [batch, -1, d, 1]);
  const squares = tf.reshape(
    perRow(widths, (h) => h * h, count),
    [1, count * widths.length, 1, 1],
  );
  const tangent = tf.div(
    tf.sub(tf.slice(expectations, [0, 0, 1, 0], [-1, -1, d, -1]), tf.mul(value, means)),
    squares,
  );
  return { value: tf.squeeze(value, [2]) as tf.Tensor3D, tangent: tangent as tf.Tensor4D };
}

/**
 * Unnormalised weights `exp(−|x̂ − ĉ_j|²/2h²)` for each width, `[B, Q, C]`, scaled so that the nearest point
 * weighs one. Halving a width raises the weights to the fourth power: two squarings cost a fraction of the
 * exponential that they replace, which was half the time of a step.
 */
function kernelWeights(queries: tf.Tensor3D, points: tf.Tensor3D, widths: readonly number[]): tf.Tensor[] {
  // |x̂|² is common to all weights of a query and cancels on normalisation.
  const closeness = tf.sub(
    tf.matMul(queries, points, false, true),
    tf.mul(0.5, tf.expandDims(tf.sum(tf.square(points), -1), 1)),
  );
  const relative = tf.sub(closeness, tf.max(closeness, -1, true));
  const weights = new Map<number, tf.Tensor>();
  for (const h of [...widths].sort((a, b) => b - a)) {
    const wider = weights.get(2 * h);
    weights.set(h, wider === undefined ? tf.exp(tf.mul(relative, 1 / (h * h))) : tf.square(tf.square(wider)));
  }
  return widths.map((h) => weights.get(h) as tf.Tensor);
}

/** A number for every row of a table whose rows run over queries and, fastest, widths: `[Q·S]`. */
function perRow(widths: readonly number[], f: (h: number) => number, count: number): tf.Tensor1D {
  return tf.tile(tf.tensor1d(widths.map(f)), [count]);
}

/** Where `E_a[ĉ_i ĉ_j]`, `j ≤ i`, stands among the moments. */
function secondMomentColumn(d: number, i: number, j: number): number {
  return d + (i * (i + 1)) / 2 + j;
}
