/** @file Interactions `½∬W(x−y)ρρ` by sums of powers of the distance: attraction, repulsion, Newton's and Keller–Segel's kernels. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { Interaction, SmoothField } from "./interaction.ts";
import { type CloudMoments, cloudMoments, meanPowers, meanQuartic, meanSquare } from "./powerMoments.ts";

/** `c|z|^p/p`, where `p = 0` stands for `c log |z|`. A positive coefficient attracts, a negative one repels. */
export interface PowerTerm {
  readonly coefficient: number;
  readonly power: number;
}

/** Whether a term's field is a polynomial, whose coefficients are moments of the density; any other is a sum over pairs. */
export const isPolynomial = ({ power }: PowerTerm): boolean => power === 2 || power === 4;

/** In Float64 a particle's field is, but for squares and fourth powers, a mean over at most so many others, evenly spread over the cloud: `O(n)` for large clouds. */
const mostPartners = 512;

/**
 * `W(z) = Σ_k c_k |z|^{p_k}/p_k`. The mean of `W*ρ` is over all other particles; in Float64 for terms that are neither squares nor fourth
 * powers over a few hundred of them, evenly spread.
 *
 * @param options.terms powers above `−2`; in tensors, those that are neither 2 nor 4 cost a sum over all pairs.
 * @param options.softening `ε`: tensors take `(|z|² + ε²)^{1/2}` for `|z|` in singular terms (`p < 2`), whose gradients have
 *   no variance otherwise. In Float64 nothing is softened.
 */
export function powerInteraction(options: {
  readonly terms: readonly PowerTerm[];
  readonly softening?: number;
}): Interaction {
  const { terms, softening = 0.01 } = options;
  check(
    terms.length > 0 && terms.every(({ power, coefficient }) => power > -2 && Number.isFinite(coefficient)),
    () =>
      `powerInteraction: terms must be at least one {coefficient, power} with power > −2, got ${JSON.stringify(terms)}`,
  );
  check(softening > 0, () => `powerInteraction: softening must be positive, got ${softening}`);
  const polynomial = terms.filter(isPolynomial);
  const pairwise = terms.filter((term) => !isPolynomial(term));
  const bounds = terms.map(lowestCurvature);
  const kernelOf = (some: readonly PowerTerm[]) => (squared: number) =>
    some.reduce((sum, { coefficient: c, power: p }) => sum + c * powerOf(squared, p), 0);
  const smooth = polynomial.length === 0 ? undefined : polynomialField(polynomial, terms.length);
  return {
    spec: { kind: "powers", terms, softening },
    ...(bounds.includes(undefined)
      ? {}
      : { convexity: bounds.reduce<number>((sum, k) => sum + (k ?? 0), 0) }),
    value: kernelOf(terms),
    slope: slopeOf(terms),
    profile: terms.every(({ power }) => power > 0) ? lineProfile(terms, kernelOf(terms)) : undefined,
    field(cloud) {
      check(cloud.count > 1, () => `interaction: a cloud needs at least 2 particles, got ${cloud.count}`);
      const field =
        pairwise.length === 0 ? new Float64Array(cloud.count) : pairField(cloud, kernelOf(pairwise));
      if (polynomial.length === 0) return field;
      const { square, quartic } = meanPowers(cloud);
      for (const { coefficient: c, power } of polynomial)
        for (let i = 0; i < cloud.count; i++)
          field[i] += (c / power) * (power === 2 ? square[i] : quartic[i]);
      return field;
    },
    fieldTensor(positions) {
      const fields = [
        ...(smooth === undefined ? [] : [smooth.field(smooth.moments(positions), positions)]),
        ...(pairwise.length === 0 ? [] : [pairTensor(positions, pairwise, softening)]),
      ];
      // What a particle contributes to its own field is zero: a mean over all is one over the others, but for the factor.
      return tf.div(sumOf(fields), tf.sub(1, shareOfOne(positions))) as tf.Tensor2D;
    },
    smooth,
    // Their part of the virial, `Σ_k |c_k| E|z|^{p_k}/2d`, with the moments of `|z|` estimated from the radius.
    scale: (squaredRadius, d) =>
      sumOf(
        terms.map(({ coefficient, power }) =>
          tf.mul(Math.abs(coefficient) / (2 * d), tf.pow(tf.mul(2 * d, squaredRadius), power / 2)),
        ),
      ) as tf.Tensor2D,
  };
}

/** What squares and fourth powers contribute to `W*ρ`: polynomials whose coefficients are moments of the density. */
function polynomialField(polynomial: readonly PowerTerm[], ofTerms: number): SmoothField {
  return {
    isWhole: polynomial.length === ofTerms,
    moments: cloudMoments,
    field: (own, points) => {
      const moments = own as CloudMoments;
      return sumOf(
        polynomial.map(({ coefficient: c, power }) =>
          power === 2
            ? tf.mul(c / 2, meanSquare(moments, points))
            : tf.mul(c / 4, meanQuartic(moments, points)),
        ),
      );
    },
  };
}

/** `W(x) = Σ_k c_k |x|^{p_k}/p_k` on the line, with `W' = Σ c sign(x)|x|^{p−1}` and `W'' = Σ c (p−1)|x|^{p−2}`. */
function lineProfile(terms: readonly PowerTerm[], value: (squared: number) => number): ScalarFunction {
  return {
    value: (x) => value(x * x),
    gradient: (x) =>
      Math.sign(x) * terms.reduce((sum, { coefficient: c, power: p }) => sum + c * Math.abs(x) ** (p - 1), 0),
    hessian: (x) =>
      terms.reduce(
        (sum, { coefficient: c, power: p }) => sum + (p === 1 ? 0 : c * (p - 1) * Math.abs(x) ** (p - 2)),
        0,
      ),
  };
}

/** `Σ_k c_k r^{p_k − 2}` from `r²`; powers are taken only where there is no cheaper way, since it is called for every pair. */
function slopeOf(terms: readonly PowerTerm[]): (squared: number) => number {
  const of = (power: number) =>
    terms.filter((term) => term.power === power).reduce((sum, { coefficient }) => sum + coefficient, 0);
  const [inverse, constant, linear] = [of(0), of(2), of(4)];
  const others = terms.filter(({ power }) => power !== 0 && power !== 2 && power !== 4);
  return (squared) => {
    let sum = constant + linear * squared;
    if (inverse !== 0) sum += inverse / squared;
    for (const { coefficient, power } of others) sum += coefficient * squared ** (power / 2 - 1);
    return sum;
  };
}

/** `1/n`, `[B, 1]`, computed from the particles: as a constant `1 − 1/n` would tie an exported operator to one size of context. */
function shareOfOne(positions: tf.Tensor3D): tf.Tensor {
  const ones = tf.add(1, tf.mul(0, tf.sum(positions, 2)));
  return tf.div(1, tf.sum(ones, 1, true));
}

/**
 * The infimum of the eigenvalues `c r^{p−2}` and `c (p−1) r^{p−2}` of the Hessian of `c|z|^p/p`: that of a square is constant, that
 * of another attracting power at least zero if `p ≥ 1`, and every other power has none.
 */
function lowestCurvature({ coefficient: c, power: p }: PowerTerm): number | undefined {
  if (p === 2) return c;
  return c >= 0 && p >= 1 ? 0 : undefined;
}

/** `|z|^p/p` from `|z|²`, or `log |z|` for `p = 0`. */
function powerOf(squared: number, p: number): number {
  return p === 0 ? 0.5 * Math.log(squared) : squared ** (p / 2) / p;
}

function pairField(
  { dimension: d, count, positions }: Cloud,
  value: (squared: number) => number,
): Float64Array {
  const stride = Math.max(1, Math.floor(count / mostPartners));
  const field = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    let partners = 0;
    for (let j = i % stride; j < count; j += stride) {
      if (j === i) continue;
      let squared = 0;
      for (let k = 0; k < d; k++) squared += (positions[i * d + k] - positions[j * d + k]) ** 2;
      sum += value(squared);
      partners++;
    }
    field[i] = sum / partners;
  }
  return field;
}

/**
 * Sums over all other particles divided by the number of all, by one product of matrices for the distances. A particle's
 * distance from itself is zero up to round-off, and what the softened kernel makes of it is taken off.
 */
function pairTensor(positions: tf.Tensor3D, terms: readonly PowerTerm[], softening: number): tf.Tensor {
  const centred = tf.sub(positions, tf.mean(positions, 1, true)) as tf.Tensor3D;
  const squares = tf.sum(tf.square(centred), 2, true);
  const gram = tf.matMul(centred, centred, false, true);
  const distances = tf.maximum(tf.sub(tf.add(squares, tf.transpose(squares, [0, 2, 1])), tf.mul(2, gram)), 0);
  const values = terms.map(({ coefficient: c, power: p }) => {
    const soft = p < 2 ? tf.add(distances, softening ** 2) : distances;
    return p === 0 ? tf.mul(0.5 * c, tf.log(soft)) : tf.mul(c / p, tf.pow(soft, p / 2));
  });
  const own = terms.reduce(
    (sum, { coefficient: c, power: p }) => sum + (p < 2 ? c * powerOf(softening ** 2, p) : 0),
    0,
  );
  return tf.sub(tf.mean(sumOf(values), 2), tf.mul(own, shareOfOne(positions)));
}

function sumOf(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tensors.reduce((sum, tensor) => tf.add(sum, tensor));
}
