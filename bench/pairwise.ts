/** @file What do sums over all pairs of particles cost, as collision operators need them? */

import * as tf from "@tensorflow/tfjs";
import { ndarray } from "../src/engine/array.ts";
import { normals } from "../src/random/draw.ts";
import { foldIn, keyFrom } from "../src/random/key.ts";
import { compiled, type Question } from "./measure/question.ts";

const leastSquare = 1e-3;

/**
 * `(1/N) Σ_j |z|⁻³ (|z|²I − z⊗z)(w_i − w_j)` with `z = v_i − v_j`, by matrix products without arrays of pairs of vectors.
 * Close pairs are softened, since `|z|²` is a difference of large numbers.
 */
function coulomb(v: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor2D {
  const square = tf.sum(tf.square(v), 1);
  const row = (x: tf.Tensor) => tf.expandDims(x, 0);
  const column = (x: tf.Tensor) => tf.expandDims(x, 1);
  const distances = tf.sub(tf.add(column(square), row(square)), tf.mul(2, tf.matMul(v, v, false, true)));
  const r2 = tf.maximum(distances, leastSquare);
  const own = tf.sum(tf.mul(v, w), 1);
  const cross = tf.sub(tf.sub(column(own), tf.matMul(v, w, false, true)), tf.matMul(w, v, false, true));
  const alignment = tf.add(cross, row(own));
  const inverse = tf.rsqrt(r2); // = |z|⁻³ |z|²
  const kernel = tf.div(inverse, r2);
  const longitudinal = tf.mul(kernel, alignment) as tf.Tensor2D;
  const sums = (k: tf.Tensor) => column(tf.sum(k, 1));
  const parts = tf.add(
    tf.sub(tf.mul(w, sums(inverse)), tf.matMul(inverse as tf.Tensor2D, w)),
    tf.sub(tf.matMul(longitudinal, v), tf.mul(v, sums(longitudinal))),
  );
  return tf.div(parts, v.shape[0]);
}

export const question: Question = {
  question: "What do sums over all pairs cost, with the Coulomb collision kernel in three dimensions?",
  step: "a sum",
  // Close pairs are differences of large numbers, which the ways form in different order.
  tolerance: 1e-4,
  workloads: [1280, 5120].map((particles) => ({
    name: `N = ${particles}`,
    size: { particles },
    own: compiled,
    peers: [{ program: "pairwise_jax", family: "JAX", variants: ["gram", "direct"], threads: [1, 2] }],
  })),
  inputs: ({ particles }) => {
    const field = (label: string) =>
      ndarray(Float32Array.from(normals(foldIn(keyFrom(0), label), 3 * particles)), [particles, 3]);
    return { v: field("v"), w: field("w") };
  },
  start: (engine, _size, inputs) => {
    const sum = engine.jit(coulomb, { name: "pairwise" });
    return async (steps) => {
      let result: Float32Array = new Float32Array();
      for (let i = 0; i < steps; i++) result = (await sum(inputs["v"], inputs["w"])).data as Float32Array;
      return Math.sqrt(result.reduce((total, x) => total + x * x, 0) / result.length);
    };
  },
};
