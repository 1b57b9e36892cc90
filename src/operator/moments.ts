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
  /** Where every entry of `P` stands among the monomials; `count` numbers. */
  readonly entries: readonly number[];
  /** Where its products with every `ĉ_k` stand, `k` running fastest; `count·d` numbers. */
  readonly products: readonly number[];
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
  const products = entries.flatMap(({ mu, coordinates }) =>
    axes.map((k) => ({ mu, coordinates: [...coordinates, k].sort((a, b) => a - b) })),
  );
  const places = new Map<string, number>();
  const monomials: Monomial[] = [];
  const placeOf = (monomial: Monomial): number => {
    const name = JSON.stringify(monomial);
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, monomials.length);
    return monomials.push(monomial) - 1;
  };
  return {
    count: entries.length,
    entries: entries.map(placeOf),
    products: products.map(placeOf),
    monomials: [...monomials, { mu: false, coordinates: [] }],
  };
}

/** The monomials at the context's points `[d, B, C]`, with `μ` `[B, C]`; `[B, monomials, C]`. */
export function evaluateMonomials(table: MomentTable, points: tf.Tensor3D, mu: tf.Tensor2D): tf.Tensor3D {
  const axes = Array.from({ length: points.shape[0] }, (_, k) => tf.slice(points, [k, 0, 0], [1, -1, -1]));
  const potential = tf.expandDims(mu, 0);
  const one = tf.onesLike(potential);
  const rows = table.monomials.map(({ mu: withMu, coordinates }) => {
    const factors = coordinates.map((k) => axes[k]);
    const [first, ...rest] = withMu ? [potential, ...factors] : factors;
    return first === undefined ? one : rest.reduce((product, factor) => tf.mul(product, factor), first);
  });
  return tf.transpose(tf.concat(rows, 0), [1, 0, 2]) as tf.Tensor3D;
}
