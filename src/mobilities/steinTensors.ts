/** @file Stein's mobility on tensors: products with the matrix of a kernel. */

import * as tf from "@tensorflow/tfjs";
import type { KernelKind, RadialKernel } from "../domains/radialKernel.ts";
import { force } from "../energies/derivatives.ts";
import { componentsFirst, type Dual } from "../networks/dual.ts";
import type { SpecialWeight } from "./stein.ts";

/** `φ` and `φ'` at squared distances, `φ'` zero where it does not exist. */
type Profile = (kernel: RadialKernel, squared: tf.Tensor) => readonly [value: tf.Tensor, slope: tf.Tensor];

const profiles: Readonly<Record<KernelKind, Profile>> = {
  gaussian: ({ bandwidth: h, amplitude: c }, squared) => {
    const value = tf.mul(c, tf.exp(tf.mul(-0.5 / h ** 2, squared)));
    return [value, tf.mul(-0.5 / h ** 2, value)];
  },
  laplace: ({ bandwidth: h, amplitude: c }, squared) => {
    // 1 for different points; the root of zero has no derivative.
    const isPair = tf.step(squared);
    const r = tf.sqrt(tf.add(squared, tf.sub(1, isPair)));
    const decay = tf.mul(c, tf.exp(tf.mul(-1 / h, tf.mul(r, isPair))));
    return [decay, tf.mul(-0.5 / h, tf.mul(isPair, tf.div(decay, r)))];
  },
  matern: ({ bandwidth: h, amplitude: c }, squared) => {
    const isPair = tf.step(squared);
    const r = tf.mul(isPair, tf.sqrt(tf.add(squared, tf.sub(1, isPair))));
    const decay = tf.mul(c, tf.exp(tf.mul(-1 / h, r)));
    return [tf.mul(decay, tf.add(1, tf.mul(1 / h, r))), tf.mul(-0.5 / h ** 2, decay)];
  },
  "inverse-multiquadric": ({ bandwidth: h, amplitude: c }, squared) => {
    const base = tf.reciprocal(tf.add(1, tf.mul(1 / h ** 2, squared)));
    const value = tf.mul(c, tf.sqrt(base));
    return [value, tf.mul(-0.5 / h ** 2, tf.mul(value, base))];
  },
};

/** What `applyArrays` computes, by `Σ_j φ'_ij (x_i − x_j) w_j = x_i Σ_j φ'_ij w_j − Σ_j φ'_ij x_j w_j` about the mean of the cloud. */
export function steinTensors(
  { kernel, special }: { readonly kernel: RadialKernel; readonly special: SpecialWeight | undefined },
  field: Dual,
  positions: tf.Tensor3D,
): Dual {
  const [batch, n, d] = positions.shape;
  const x = tf.sub(positions, tf.mean(positions, 1, true));
  const [value, slope] = profiles[kernel.kind](kernel, squaredDistances(x));
  const log = special === undefined ? undefined : logWeight(special, positions);
  // [B, n, d]: rows of particles, which the matrices multiply from the left.
  const rows = tf.mul(tf.transpose(field.value, [1, 2, 0]), 1 / n);
  const weight = log === undefined ? undefined : tf.expandDims(tf.exp(log.value), 2);
  const sources = weight === undefined ? rows : tf.mul(rows, weight);
  const scaled = (result: tf.Tensor) =>
    weight === undefined ? result : tf.mul(result, tf.reshape(weight, [batch, n, 1]));
  const velocity = scaled(tf.matMul(value, sources));
  const pull = tf.matMul(slope, sources);
  const tangents = Array.from({ length: d }, (_, k) => {
    const along = tf.slice(x, [0, 0, k], [-1, -1, 1]);
    const spread = tf.sub(tf.mul(along, pull), tf.matMul(slope, tf.mul(along, sources)));
    const own = scaled(tf.mul(2, spread));
    if (log === undefined) return own;
    return tf.add(own, tf.mul(velocity, tf.slice(log.slope, [0, 0, k], [-1, -1, 1])));
  });
  return {
    value: componentsFirst(velocity as tf.Tensor3D),
    tangent: tf.transpose(tf.stack(tangents), [3, 0, 1, 2]) as tf.Tensor4D,
  };
}

/** `|x_i − x_j|²` as sums of squares, exactly zero on the diagonal, `[B, n, n]`. */
function squaredDistances(x: tf.Tensor): tf.Tensor {
  const d = x.shape[2] as number;
  return Array.from({ length: d }, (_, k) => {
    const along = tf.slice(x, [0, 0, k], [-1, -1, 1]);
    return tf.square(tf.sub(along, tf.transpose(along, [0, 2, 1])));
  }).reduce((sum, term) => tf.add(sum, term)) as tf.Tensor;
}

/** `V − V₀/2`, `[B, n]`, and its gradient, `[B, n, d]`. */
function logWeight({ potential, reference }: SpecialWeight, positions: tf.Tensor3D) {
  const value = (x: tf.Tensor) => tf.sub(potential.tensor(x), tf.mul(0.5, reference.tensor(x)));
  const pull = force(value, positions).value;
  return { value: value(positions), slope: tf.neg(tf.transpose(pull, [1, 2, 0])) };
}
