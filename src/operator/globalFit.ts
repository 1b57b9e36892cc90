/** @file The part of the chemical potential that a few global functions explain, and its slope. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "../networks/dual.ts";

/**
 * `p(x̂) = b·x̂ + ½ x̂ᵀHx̂ + γ V(x)/u` in the chart of the density, up to a constant: exact for a Gaussian in any quadratic
 * potential, and for the tails, where the potential outweighs `log ρ` and particles are too few for local slopes.
 */
export type GlobalFit = {
  /** `b`, `[d, B, 1]`. */
  readonly linear: tf.Tensor3D;
  /** `H`, symmetric, `[d, d, B, 1]`. */
  readonly quadratic: tf.Tensor4D;
  /** `γ`, `[1, B, 1]`. */
  readonly potential: tf.Tensor3D;
};

/** Weight of the coefficients' squares, with all functions scaled to variance one; it holds where two functions coincide. */
const ridge = 1e-3;

/**
 * Mixed products enter the fit up to this dimension; beyond, squares alone, so that the fit stays small. Without them elongated Gaussians
 * are left to local slopes, and in five dimensions no neighbourhood holds the particles for those.
 */
const mixedProducts = 12;

/** Most steps of the minimisation. Points are whitened and functions scaled, so that all but a few directions are alike. */
const most = 24;

/**
 * Fits `p` to the chemical potential over the context by least squares, and returns what it leaves.
 *
 * Where `μ` is constant both are zero. The minimum is sought by conjugate gradients; it need not be reached closely,
 * since local regression takes up whatever is left.
 *
 * @param context.points whitened, `[d, B, C]`.
 * @param context.potential `V/u` with `u` the unit of the chemical potential, `[B, C]`; without it there is no potential.
 * @param context.chemicalPotential `μ/u` less its mean, `[B, C]`.
 */
export function fitGlobally(context: {
  readonly points: tf.Tensor3D;
  readonly potential: tf.Tensor2D | undefined;
  readonly chemicalPotential: tf.Tensor2D;
}): { readonly fit: GlobalFit; readonly residual: tf.Tensor2D } {
  const { points, potential, chemicalPotential } = context;
  const [d, batch, count] = points.shape;
  const pairs = productPairs(d);
  const axis = (k: number) => tf.slice(points, [k, 0, 0], [1, -1, -1]);
  const functions = tf.concat(
    [
      points,
      ...pairs.map(([k, l]) => tf.mul(axis(k), axis(l))),
      ...(potential === undefined ? [] : [tf.expandDims(potential, 0)]),
    ],
    0,
  ) as tf.Tensor3D;
  const size = functions.shape[0];
  const byDensity = tf.transpose(functions, [1, 0, 2]); // [B, p, C]
  const centred = tf.sub(byDensity, tf.mean(byDensity, 2, true));
  const scale = tf.sqrt(tf.add(tf.mean(tf.square(centred), 2, true), 1e-12)); // [B, p, 1]
  const standard = tf.div(centred, scale) as tf.Tensor3D;
  const gram = tf.add(tf.div(tf.matMul(standard, standard, false, true), count), tf.mul(tf.eye(size), ridge));
  const right = tf.div(tf.matMul(standard, tf.expandDims(chemicalPotential, 2)), count);
  const solution = conjugateGradients(gram as tf.Tensor3D, right as tf.Tensor3D, Math.min(size, most)); // [B, p, 1]
  const explained = tf.squeeze(tf.matMul(solution, standard, true, false), [1]);
  const residual = tf.sub(chemicalPotential, explained) as tf.Tensor2D;
  const coefficients = tf.transpose(tf.div(solution, scale), [1, 0, 2]); // [p, B, 1]
  const coefficient = (index: number) => tf.slice(coefficients, [index, 0, 0], [1, -1, -1]);
  const entry = (k: number, l: number) => {
    const index = pairs.findIndex(([a, b]) => a === Math.max(k, l) && b === Math.min(k, l));
    if (index < 0) return tf.zeros([1, batch, 1]);
    return k === l ? tf.mul(2, coefficient(d + index)) : coefficient(d + index);
  };
  const axes = Array.from({ length: d }, (_, k) => k);
  const entries = axes.flatMap((k) => axes.map((l) => entry(k, l)));
  return {
    residual,
    fit: {
      linear: tf.slice(coefficients, [0, 0, 0], [d, -1, -1]) as tf.Tensor3D,
      quadratic: tf.reshape(tf.concat(entries, 0), [d, d, batch, 1]) as tf.Tensor4D,
      potential: (potential === undefined ? tf.zeros([1, batch, 1]) : coefficient(size - 1)) as tf.Tensor3D,
    },
  };
}

/** The fit of a chemical potential that is `V` itself: nothing is estimated, and nothing left. */
export function exactFit(points: tf.Tensor3D): { readonly fit: GlobalFit; readonly residual: tf.Tensor2D } {
  const [d, batch] = points.shape;
  return {
    residual: tf.zerosLike(tf.squeeze<tf.Tensor2D>(tf.slice(points, 0, 1), [0])),
    fit: {
      linear: tf.zeros([d, batch, 1]),
      quadratic: tf.zeros([d, d, batch, 1]),
      potential: tf.ones([1, batch, 1]),
    },
  };
}

/** `b + Hx̂`, the slope of the polynomial part with respect to `x̂`, where `x̂` is a dual over anything. */
export function polynomialSlope(fit: GlobalFit, at: Dual): Dual {
  const [d, , batch] = fit.quadratic.shape;
  const matrix = tf.reshape(fit.quadratic, [d, d, 1, batch, 1]);
  return {
    value: tf.add(tf.sum(tf.mul(fit.quadratic, tf.expandDims(at.value, 0)), 1), fit.linear) as tf.Tensor3D,
    tangent: tf.sum(tf.mul(matrix, tf.expandDims(at.tangent, 0)), 1) as tf.Tensor4D,
  };
}

/** Which products `x̂_k x̂_l`, `l ≤ k`, are fitted. */
function productPairs(d: number): (readonly [number, number])[] {
  const axes = Array.from({ length: d }, (_, k) => k);
  return axes.flatMap((k) =>
    axes.filter((l) => l === k || (l < k && d <= mixedProducts)).map((l) => [k, l] as const),
  );
}

/** Solves `A z = b` for a batch of symmetric positive definite matrices; `b` may be zero. */
function conjugateGradients(a: tf.Tensor3D, b: tf.Tensor3D, iterations: number): tf.Tensor3D {
  const least = 1e-30;
  const inner = (u: tf.Tensor, v: tf.Tensor) => tf.sum(tf.mul(u, v), 1, true);
  let solution: tf.Tensor = tf.zerosLike(b);
  let residual: tf.Tensor = b;
  let direction: tf.Tensor = b;
  let square = inner(b, b);
  for (let k = 0; k < iterations; k++) {
    const image = tf.matMul(a, direction);
    const length = tf.div(square, tf.add(inner(direction, image), least));
    solution = tf.add(solution, tf.mul(length, direction));
    residual = tf.sub(residual, tf.mul(length, image));
    const next = inner(residual, residual);
    direction = tf.add(residual, tf.mul(tf.div(next, tf.add(square, least)), direction));
    square = next;
  }
  return solution as tf.Tensor3D;
}
