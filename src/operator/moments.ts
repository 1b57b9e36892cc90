/** @file Which local moments the regression needs, each computed once. */

import * as tf from "@tensorflow/tfjs";

/** A monomial `μ^m ĉ_a ĉ_b …`: whether `μ` is a factor, and the coordinates, in ascending order. */
interface Monomial {
  readonly mu: boolean;
  readonly coordinates: readonly number[];
}

/**
 * The moments `P = (ĉ, ĉĉᵀ, μ, μĉ)` and their products with each `ĉ_k`, which give their derivatives. Many of these products
 * coincide (`ĉ_1²·ĉ_2 = ĉ_1ĉ_2·ĉ_1`): in the plane 24 of them are 15 monomials, and with the constant they fill one register
 * block of a matrix product instead of two.
 */
export interface MomentTable {
  /** Number of entries of `P`. */
  readonly count: number;
  /** Distinct monomials, the constant last. */
  readonly monomials: readonly Monomial[];
  /** For `P` and then for each `P ĉ_k`, where every entry stands among the monomials; `(1 + d)·count` entries. */
  readonly columns: readonly number[];
}

/** Entries of `P`: coordinates, then `ĉ_i ĉ_j` for `j ≤ i` row by row, then `μ`, then `μ ĉ_i`. */
export function momentTable(d: number): MomentTable {
  const axes = Array.from({ length: d }, (_, i) => i);
  const entries: Monomial[] = [
    ...axes.map((i) => ({ mu: false, coordinates: [i] })),
    ...axes.flatMap((i) => axes.slice(0, i + 1).map((j) => ({ mu: false, coordinates: [j, i] }))),
    { mu: true, coordinates: [] },
    ...axes.map((i) => ({ mu: true, coordinates: [i] })),
  ];
  const products = axes.flatMap((k) =>
    entries.map(({ mu, coordinates }) => ({ mu, coordinates: [...coordinates, k].sort((a, b) => a - b) })),
  );
  const places = new Map<string, number>();
  const monomials: Monomial[] = [];
  const columns = [...entries, ...products].map((monomial) => {
    const name = JSON.stringify(monomial);
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, monomials.length);
    return monomials.push(monomial) - 1;
  });
  return { count: entries.length, monomials: [...monomials, { mu: false, coordinates: [] }], columns };
}

/** The monomials at the context's points, `[B, C, monomials]`. */
export function evaluateMonomials(table: MomentTable, points: tf.Tensor3D, mu: tf.Tensor2D): tf.Tensor3D {
  const axes = Array.from({ length: points.shape[2] }, (_, k) => tf.slice(points, [0, 0, k], [-1, -1, 1]));
  const potential = tf.expandDims(mu, 2);
  const one = tf.onesLike(potential);
  return tf.concat(
    table.monomials.map(({ mu: withMu, coordinates }) => {
      const factors = coordinates.map((k) => axes[k]);
      const [first, ...rest] = withMu ? [potential, ...factors] : factors;
      return first === undefined ? one : rest.reduce((product, factor) => tf.mul(product, factor), first);
    }),
    -1,
  ) as tf.Tensor3D;
}
