/** @file Slopes by local regression over the context, with exact tangents. */

import * as tf from "@tensorflow/tfjs";
import {
  addDuals,
  concatDuals,
  type Dual,
  identityTangent,
  multiplyDuals,
  scaleDual,
  sliceDual,
  solveDuals,
  subtractDuals,
} from "../networks/dual.ts";
import { momentTable } from "./moments.ts";

/** Points of the context in the whitened frame, `[d, B, C]`, and the monomials of `momentTable` there, `[B, monomials, C]`. */
export interface RegressionContext {
  readonly points: tf.Tensor3D;
  readonly monomials: tf.Tensor3D;
}

/** Local features for `S` widths at once: every dual has a batch of `S·B` densities, the widths outside. */
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
 *     a_j ∝ exp(−|x̂ − ĉ_j|²/2h²),     β_h(x̂) = (Cov_a(ĉ) + λI)⁻¹ (Cov_a(ĉ, μ) + λ β_h'(x̂)),
 *
 * with the ridge `λ` of {@link ridgeDual} towards the slope of the next wider kernel `h'`; that of the widest is drawn towards zero.
 * Where `μ` is constant every slope is exactly zero: this is what makes the operator well balanced.
 *
 * @param queries whitened positions `x̂`, `[d, B, Q]`; the tangents are with respect to them.
 * @param options.widths `h`, in units of the cloud's RMS radius a coordinate.
 * @param options.ridge `ε`.
 */
export function localRegression(
  queries: tf.Tensor3D,
  context: RegressionContext,
  options: { readonly widths: readonly number[]; readonly ridge: number },
): LocalFeatures {
  const { widths, ridge } = options;
  const [d, batch, count] = queries.shape;
  const repeated = tf.reshape(tf.tile(tf.expandDims(queries, 1), [1, widths.length, 1, 1]), [
    d,
    widths.length * batch,
    count,
  ]);
  const sums = weightedSums(queries, context, widths);
  const squares = perDensity(widths, (h) => h * h, batch);
  const moments = localMoments(repeated as tf.Tensor3D, sums, { squares });
  const levelComponent = d + (d * (d + 1)) / 2;
  const level = sliceDual(moments, levelComponent, 1);
  const towards = ridgeDual(repeated as tf.Tensor3D, sums, { ridge, squares });
  const slope = slopesFromWideToNarrow({ moments, ridge: towards }, { widths, batch, levelComponent });
  const shift = subtractDuals(sliceDual(moments, 0, d), {
    value: repeated as tf.Tensor3D,
    tangent: identityTangent(d),
  });
  return { slope, shift, level };
}

/**
 * The slopes of all widths. The widest is drawn towards zero by its ridge, every other one towards the next wider: where a
 * narrow kernel holds few particles, it says what the wider one says. With `A = Cov_a(ĉ) + λI` that is `β_h = A⁻¹ Cov_a(ĉ, μ) + (A⁻¹ λ) β_h'`:
 * all widths are solved for at once, for the slope of their own and for what they take over, and only the last product goes from
 * wide to narrow. A step of a small cloud is mostly the count of its operations.
 */
function slopesFromWideToNarrow(
  all: { readonly moments: Dual; readonly ridge: Dual },
  options: { readonly widths: readonly number[]; readonly batch: number; readonly levelComponent: number },
): Dual {
  const { moments, ridge } = all;
  const { widths, batch, levelComponent } = options;
  const d = moments.tangent.shape[1];
  const component = (index: number) => sliceDual(moments, index, 1);
  const level = component(levelComponent);
  const mean = Array.from({ length: d }, (_, i) => component(i));
  const covariance = mean.map((mi, i) =>
    mean.slice(0, i + 1).map((mj, j) => {
      const central = subtractDuals(component(secondMomentComponent(d, i, j)), multiplyDuals(mi, mj));
      return i === j ? addDuals(central, ridge) : central;
    }),
  );
  const none = scaleDual(ridge, 0);
  const right = mean.map((mi, i) => {
    const own = subtractDuals(component(levelComponent + 1 + i), multiplyDuals(level, mi));
    return concatDuals([own, ...mean.map((_, j) => (i === j ? ridge : none))]);
  });
  const solution = concatDuals(solveDuals(covariance, right)); // row i: its own slope, and its share of each of the wider ones
  const rows = Array.from({ length: d }, (_, i) => i * (d + 1));
  const order = widths.map((_, s) => s).sort((a, b) => widths[b] - widths[a]);
  const slopes: Dual[] = [];
  let wider: Dual | undefined;
  for (const s of order) {
    const own = sliceBatch(solution, s * batch, batch);
    const column = (j: number) =>
      gatherDual(
        own,
        rows.map((row) => row + j),
      );
    let slope = column(0);
    for (let j = 0; wider !== undefined && j < d; j++) {
      slope = addDuals(slope, multiplyDuals(column(j + 1), sliceDual(wider, j, 1)));
    }
    slopes[s] = slope;
    wider = slope;
  }
  return {
    value: tf.concat(
      slopes.map(({ value }) => value),
      1,
    ),
    tangent: tf.concat(
      slopes.map(({ tangent }) => tangent),
      2,
    ),
  };
}

/** Components of a dual, in any order. */
function gatherDual({ value, tangent }: Dual, components: readonly number[]): Dual {
  const indices = tf.tensor1d([...components], "int32");
  return { value: tf.gather(value, indices, 0), tangent: tf.gather(tangent, indices, 0) };
}

/** `size` densities of a dual from `begin` on. */
function sliceBatch({ value, tangent }: Dual, begin: number, size: number): Dual {
  return {
    value: tf.slice(value, [0, begin, 0], [-1, size, -1]),
    tangent: tf.slice(tangent, [0, 0, begin, 0], [-1, -1, size, -1]),
  };
}

/** How much fewer than one particle within a width add to the ridge, and where this stops growing. */
const sparseRidge = 0.4;
const leastPresence = 1e-3;

/**
 * The ridge `h²(ε + 0.4/(S + 0.001))`, one component, where `S = Σ_j exp(−|x̂ − ĉ_j|²/2h²)` is about the number of particles
 * within a width. In the bulk it is `εh²`. In sparse tails a plane through a few particles follows their errors, and
 * roll-outs over hundreds of steps feed these back; there the slope is that of wider kernels and of the global fit.
 */
function ridgeDual(
  queries: tf.Tensor3D,
  sums: tf.Tensor3D,
  options: { readonly ridge: number; readonly squares: tf.Tensor2D },
): Dual {
  const [d] = queries.shape;
  const { ridge, squares } = options;
  const table = momentTable(d);
  const presence = tf.slice(sums, [table.monomials.length - 1, 0, 0], [1, -1, -1]);
  const inverse = tf.div(1, tf.add(presence, leastPresence));
  const first = tf.gather(sums, tf.tensor1d(table.entries.slice(0, d), "int32"), 0);
  // h² ∂_k S = Σ_j w_j ĉ_jk − S x̂_k
  const slope = tf.sub(first, tf.mul(presence, queries));
  return {
    value: tf.mul(squares, tf.add(tf.mul(sparseRidge, inverse), ridge)) as tf.Tensor3D,
    tangent: tf.expandDims(tf.mul(tf.mul(-sparseRidge, tf.square(inverse)), slope), 0) as tf.Tensor4D,
  };
}

/**
 * The weight of nothing: a query so far from all particles that their weights underflow has zero moments, as if
 * the density had a particle at its mean, instead of undefined ones.
 */
const leastWeight = 1e-30;

/**
 * `E_a[P]` for `P = (ĉ, ĉĉᵀ, μ, μĉ)`. Since `∂_k a_j = a_j (ĉ_jk − E_a[ĉ_k])/h²`, derivatives of moments are
 * moments, `∂_k E_a[P] = (E_a[P ĉ_k] − E_a[P] E_a[ĉ_k])/h²`: the same sums give values and tangents.
 *
 * @param queries `[d, S·B, Q]`.
 * @param sums `Σ_j exp(…) P_j` for all monomials, `[monomials, S·B, Q]`.
 * @param options.squares `h²`, `[S·B, 1]`.
 */
function localMoments(
  queries: tf.Tensor3D,
  sums: tf.Tensor3D,
  options: { readonly squares: tf.Tensor2D },
): Dual {
  const [d, batch, count] = queries.shape;
  const table = momentTable(d);
  const weight = tf.slice(sums, [table.monomials.length - 1, 0, 0], [1, -1, -1]);
  const total = tf.add(weight, leastWeight);
  const expectations = tf.div(sums, total);
  const pick = (rows: readonly number[]) => tf.gather(expectations, tf.tensor1d([...rows], "int32"), 0);
  const value = pick(table.entries) as tf.Tensor3D;
  // Where weights underflow, E_a[1] < 1 and the derivative of the weights enters by that much.
  const absent = tf.div(leastWeight, total);
  const means = tf.add(tf.slice(value, [0, 0, 0], [d, -1, -1]), tf.mul(queries, absent));
  const products = tf.reshape(pick(table.products), [table.count, d, batch, count]);
  const tangent = tf.div(
    tf.sub(products, tf.mul(tf.expandDims(value, 1), tf.expandDims(means, 0))),
    tf.reshape(options.squares, [1, 1, batch, 1]),
  );
  return { value, tangent: tangent as tf.Tensor4D };
}

/** Weights of one density that are worked on at once: half a mebibyte, of which the arrays of all widths stay in the cache of a core. */
const blockSize = 2 ** 17;

/**
 * `Σ_j exp(−|x̂ − ĉ_j|²/2h²) P_j` for all monomials and widths, `[monomials, S·B, Q]`: one product of matrices gives all
 * exponents, one more a width the sums, for a block of queries after the other.
 */
function weightedSums(
  queries: tf.Tensor3D,
  { points, monomials }: RegressionContext,
  widths: readonly number[],
): tf.Tensor3D {
  const [, batch, count] = queries.shape;
  const half = (x: tf.Tensor3D) => tf.mul(-0.5, tf.sum(tf.square(x), 0, true)) as tf.Tensor3D;
  const one = (x: tf.Tensor3D) => tf.onesLike(tf.slice(x, [0, 0, 0], [1, -1, -1]));
  const byDensity = (parts: tf.Tensor3D[]) => tf.transpose(tf.concat(parts, 0), [1, 0, 2]) as tf.Tensor3D;
  const left = byDensity([queries, half(queries), one(queries)]);
  const right = byDensity([points, one(points), half(points)]);
  const rows = Math.max(1, Math.floor(blockSize / points.shape[2]));
  const blocks = Array.from({ length: Math.ceil(count / rows) }, (_, k) => {
    const own = tf.slice(left, [0, 0, k * rows], [-1, -1, Math.min(rows, count - k * rows)]);
    return kernelWeights(own, right, widths).map((weights) => tf.matMul(weights, monomials, false, true));
  });
  const sums = widths.map((_, s) =>
    tf.concat(
      blocks.map((block) => block[s]),
      1,
    ),
  ); // [B, q, monomials] each
  const stacked = tf.stack(
    sums.map((sum) => tf.transpose(sum, [2, 0, 1])),
    1,
  );
  return tf.reshape(stacked, [-1, widths.length * batch, count]);
}

/**
 * Weights below it are taken for it before they are raised to the fourth power, 1.2e-35: what is 1e5 times less than
 * {@link leastWeight} counts for nothing, but numbers that are too small to be normal cost a processor a hundred cycles each.
 */
const leastFactor = 2 ** -29;

/**
 * `exp(⟨left, right⟩/h²)`, `[B, q, C]`, for each width. Halving a width raises the weights to the fourth power: two squarings cost
 * no more than the exponential and the product of matrices that they replace.
 */
function kernelWeights(left: tf.Tensor3D, right: tf.Tensor3D, widths: readonly number[]): tf.Tensor[] {
  const weights = new Map<number, tf.Tensor>();
  for (const h of [...widths].sort((a, b) => b - a)) {
    const wider = weights.get(2 * h);
    const exponent = () => tf.matMul(tf.mul(left, 1 / (h * h)), right, true, false);
    const fourthPower = (w: tf.Tensor) => tf.square(tf.square(w));
    if (wider === undefined) weights.set(h, tf.exp(exponent()));
    // The fourth power of an exponential is too small to be normal for a particle in a thousand, that of a power for many.
    else weights.set(h, fourthPower(weights.has(4 * h) ? tf.clipByValue(wider, leastFactor, 2) : wider));
  }
  return widths.map((h) => weights.get(h) as tf.Tensor);
}

/** A number for every width, repeated for every density: `[S·B, 1]`. */
function perDensity(widths: readonly number[], f: (h: number) => number, batch: number): tf.Tensor2D {
  const column = tf.tensor2d(widths.map(f), [widths.length, 1]);
  return tf.reshape(tf.tile(column, [1, batch]), [-1, 1]);
}

/** Where `E_a[ĉ_i ĉ_j]`, `j ≤ i`, stands among the moments. */
function secondMomentComponent(d: number, i: number, j: number): number {
  return d + (i * (i + 1)) / 2 + j;
}
