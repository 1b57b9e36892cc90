/** @file Collisions by sums over all pairs on tensors: products of matrices, without an array of pairs of vectors. */

import * as tf from "@tensorflow/tfjs";
import { pieces } from "../engine/array.ts";
import type { Dual } from "../networks/dual.ts";
import { type LandauKernel, strengthOf } from "./landauKernel.ts";
import { centredRows, fieldRows, identityRows, outerRows, toDual } from "./landauRows.ts";

/** Most pairs of a matrix: so many particles of a tile against all, that the matrix stays in a core's cache. */
const tilePairs = 2 ** 18;

/** Most tiles: each is written out in the compiled program. */
const mostTiles = 16;

/** Velocities and fields about their means, `[B, d, n]`. */
interface Rows {
  readonly v: tf.Tensor;
  readonly w: tf.Tensor;
}

/** Matrices over pairs, `[B, n, t]`: all particles, a column for each of a tile's, with zero where a particle meets itself. */
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
  const n = positions.shape[1];
  const tiles = Math.min(mostTiles, Math.ceil(n ** 2 / tilePairs));
  const parts = pieces(n, tiles).map(({ start, end }) => {
    const cut = (rows: tf.Tensor) =>
      rows.shape.at(-1) === 1 || tiles === 1
        ? rows
        : tf.slice(
            rows,
            rows.shape.map((_size, axis) => (axis === rows.rank - 1 ? start : 0)),
            rows.shape.map((size, axis) => (axis === rows.rank - 1 ? end - start : size)),
          );
    return tileApply(kernel, { all: { v, w }, own: { v: cut(v), w: cut(w) } }, cut(jacobian));
  });
  return toDual({
    value: tf.concat(
      parts.map((part) => part.value),
      2,
    ),
    jacobian: tf.concat(
      parts.map((part) => part.jacobian),
      3,
    ),
  });
}

/** Velocities of a tile's own particles, from all. */
function tileApply(
  kernel: LandauKernel,
  { all, own }: { readonly all: Rows; readonly own: Rows },
  jacobian: tf.Tensor,
): { readonly value: tf.Tensor; readonly jacobian: tf.Tensor } {
  const pairs = pairMatrices(kernel, all, own);
  const longitudinal = tf.mul(pairs.kernel, pairs.alignment);
  const [one, vv, wv] = [tf.onesLike(rowsOf(all.v, 0, 1)), flatOuter(all.v, all.v), flatOuter(all.w, all.v)];
  const [weight, ofW] = sums(tf.mul(pairs.kernel, pairs.squared), [one, all.w]);
  const [x, ofV] = sums(longitudinal, [one, all.v]);
  const value = tf.add(tf.sub(tf.mul(weight, own.w), ofW), tf.sub(ofV, tf.mul(x, own.v)));
  const [k, kv, kw, kvv, kwv] = sums(pairs.kernel, [one, all.v, all.w, vv, wv]);
  const [y, yv, yvv] = sums(tf.mul(longitudinal, pairs.inverse), [one, all.v, vv]);
  const mixed = centredOuter({ one: k, a: kw, b: kv, ab: kwv }, own.w, own.v);
  const d = own.v.shape[1] as number;
  const isotropic = (trace: tf.Tensor) => tf.mul(identityRows(d), tf.expandDims(trace, 1));
  const tensor = tf.sub(isotropic(weight), centredOuter({ one: k, a: kv, b: kv, ab: kvv }, own.v, own.v));
  // Σ_j K ((2 + γ|z|²/(|z|² + ε²)) ω⊗z − z⊗ω − γ (z·ω)/(|z|² + ε²) z⊗z − (z·ω) I).
  const third = centredOuter({ one: y, a: yv, b: yv, ab: yvv }, own.v, own.v);
  const bent = tf.mul(kernel.exponent, tf.sub(curved(kernel, pairs, { all, own, wv, mixed }), third));
  const twisted = tf.sub(tf.mul(2, mixed), tf.transpose(mixed, [0, 2, 1, 3]));
  const slope = tf.sub(tf.add(twisted, bent), isotropic(x));
  return { value, jacobian: tf.add(rowProducts(tensor, jacobian), slope) };
}

/** `Σ_j K |z|²/(|z|² + ε²) ω⊗z`, which is `Σ_j K ω⊗z` where `ε = 0`. */
function curved(
  { softening }: LandauKernel,
  { kernel, squared, inverse }: PairMatrices,
  given: { readonly all: Rows; readonly own: Rows; readonly wv: tf.Tensor; readonly mixed: tf.Tensor },
): tf.Tensor {
  const { all, own, wv, mixed } = given;
  if (softening === 0) return mixed;
  const share = tf.mul(kernel, tf.mul(squared, inverse));
  const [one, a, b, ab] = sums(share, [tf.onesLike(rowsOf(all.v, 0, 1)), all.w, all.v, wv]);
  return centredOuter({ one, a, b, ab }, own.w, own.v);
}

function pairMatrices(kernel: LandauKernel, all: Rows, own: Rows): PairMatrices {
  const [, d, n] = all.v.shape as [number, number, number];
  const coordinate = (rows: tf.Tensor, a: number) => tf.slice(rows, [0, a, 0], [-1, 1, -1]);
  const squared = Array.from({ length: d }, (_, a) =>
    tf.square(tf.sub(tf.transpose(coordinate(all.v, a), [0, 2, 1]), coordinate(own.v, a))),
  ).reduce((sum, term) => tf.add(sum, term)) as tf.Tensor;
  // 1 for pairs of different particles, 0 where a particle meets itself and the difference is exactly zero.
  const isPair = tf.step(squared);
  const base = tf.add(squared, tf.sub(1 + kernel.softening ** 2, isPair));
  const overlap = ({ v, w }: Rows) => tf.sum(tf.mul(v, w), 1, true);
  const [p, q] = [overlap(all), overlap(own)];
  const left = tf.concat([tf.neg(all.v), tf.neg(all.w), p, tf.onesLike(p)], 1);
  const right = tf.concat([own.w, own.v, tf.onesLike(q), q], 1);
  return {
    kernel: tf.mul(tf.mul(isPair, strengthOf(kernel) / n), halfPowerTensor(kernel.exponent, base)),
    squared,
    inverse: tf.reciprocal(base),
    alignment: tf.matMul(left, right, true, false),
  };
}

/** `Σ_j M_ij r_j` for several rows `r`, `[B, F, n]` each, by one product. */
function sums(matrix: tf.Tensor, rows: readonly tf.Tensor[]): tf.Tensor[] {
  const all = tf.matMul(tf.concat([...rows], 1), matrix);
  let start = 0;
  return rows.map(({ shape }) => {
    const size = shape[1] as number;
    start += size;
    return rowsOf(all, start - size, size);
  });
}

function rowsOf(x: tf.Tensor, start: number, size: number): tf.Tensor {
  return tf.slice(x, [0, start, 0], [-1, size, -1]);
}

/** `a⊗b` of all particles as rows, `[B, d², n]`. */
function flatOuter(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [batch, d, n] = a.shape as [number, number, number];
  return tf.reshape(outerRows(a, b), [batch, d * d, n]);
}

/** `Σ_j M_ij (a_i − a_j)⊗(b_i − b_j)`, `[B, d, d, t]`, from `Σ_j M_ij` of 1, `a_j`, `b_j` and `a_j⊗b_j`. */
function centredOuter(
  of: { readonly one: tf.Tensor; readonly a: tf.Tensor; readonly b: tf.Tensor; readonly ab: tf.Tensor },
  a: tf.Tensor,
  b: tf.Tensor,
): tf.Tensor {
  const [batch, d, t] = a.shape as [number, number, number];
  const alone = outerRows(tf.sub(tf.mul(of.one, a), of.a), b);
  return tf.sub(tf.add(alone, tf.reshape(of.ab, [batch, d, d, t])), outerRows(a, of.b));
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
