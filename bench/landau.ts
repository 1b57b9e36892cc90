/** @file What do collisions cost: Maxwell's molecules by moments, Coulomb's force by products of matrices? */

import * as tf from "@tensorflow/tfjs";
import { ndarray } from "../src/engine/array.ts";
import type { Engine } from "../src/engine/engine.ts";
import { logDeterminant } from "../src/engine/logDeterminant.ts";
import { landauMobility } from "../src/mobilities/landau.ts";
import { identityTangent } from "../src/networks/dual.ts";
import { normals } from "../src/random/draw.ts";
import { foldIn, keyFrom } from "../src/random/key.ts";
import { type Advance, compiled, type Inputs, type Question } from "./measure/question.ts";

const dimension = 3;
const constant = 0.1;
const tau = 0.1;

const coulomb = [1280].map((particles) => ({
  name: `Coulomb, loss and gradient, B = ${particles}`,
  size: { particles, exponent: -3 },
  own: compiled,
  peers: [{ program: "landau_jax", family: "JAX", variants: ["gram", "direct"], threads: [1, 2] }],
}));

const maxwell = [10_000, 100_000, 1_000_000].map((particles) => ({
  name: `Maxwell, velocities and Jacobians, N = ${particles}`,
  size: { particles, exponent: 0 },
  // In Float64 on the host: the engine, whichever, has no part in it.
  own: compiled.slice(0, 1),
  peers: [{ program: "landau_jax", family: "JAX", variants: ["moments"], threads: [1, 2] }],
}));

export const question: Question = {
  question:
    "What do collisions cost in three dimensions: a JKO loss with its gradient for Coulomb's force, and a step of all particles for Maxwell's molecules?",
  step: "a loss and its gradient, or an update",
  // Close pairs cancel in single precision.
  tolerance: 1e-3,
  workloads: [...coulomb, ...maxwell],
  inputs: ({ particles }) => {
    const array = (label: string, shape: readonly number[]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return ndarray(Float32Array.from(normals(foldIn(keyFrom(0), label), size)), [...shape]);
    };
    return {
      v: array("v", [particles, dimension]),
      w: array("w", [particles, dimension]),
      J: array("J", [particles, dimension, dimension]),
    };
  },
  start: (engine, { particles, exponent }, inputs) =>
    exponent === 0 ? update(particles, inputs) : lossAndGradient(engine, particles, inputs),
};

/** Root mean square of `𝓑[w]`. */
function update(particles: number, { v, w, J }: Inputs): Advance {
  const mobility = landauMobility({ constant, exponent: 0 });
  const [positions, value, jacobian] = [v, w, J].map(({ data }) => Float64Array.from(data));
  const cloud = { dimension, count: particles, positions, logDensity: new Float64Array(particles) };
  return async (steps) => {
    let squares = 0;
    for (let step = 0; step < steps; step++) {
      const moved = mobility.applyArrays({ value, jacobian }, cloud).value;
      squares = 0;
      for (let k = 0; k < moved.length; k++) squares += moved[k] ** 2;
    }
    return Math.sqrt(squares / (particles * dimension));
  };
}

/** Root mean square of the gradient, by `w`, of `Σ_i (τ/2) w·𝓑[w] − log|det(I + τ∇𝓑[w])|`. */
function lossAndGradient(engine: Engine, particles: number, { v, w, J }: Inputs): Advance {
  // Softened, so that rivals that round in different order agree, and every determinant is well above zero.
  const mobility = landauMobility({ constant, exponent: -3, softening: 0.1 });
  const loss = (value: tf.Tensor3D, tangent: tf.Tensor4D, positions: tf.Tensor3D) => {
    const velocity = mobility.apply({ value, tangent }, { positions, logDensity: tf.zeros([1, particles]) });
    const map = tf.add(identityTangent(dimension), tf.mul(tau, velocity.tangent)) as tf.Tensor4D;
    const volume = logDeterminant(map, { floor: 0.05, growth: 0 }).logDeterminant;
    const action = tf.mul(tau / 2, tf.sum(tf.mul(value, velocity.value)));
    return tf.sub(action, tf.sum(volume)) as tf.Scalar;
  };
  const program = engine.jit(
    (positions: tf.Tensor3D, rows: tf.Tensor2D, jacobians: tf.Tensor3D) => {
      const value = tf.reshape(tf.transpose(rows), [dimension, 1, particles]) as tf.Tensor3D;
      const tangent = tf.reshape(tf.transpose(jacobians, [2, 1, 0]), [dimension, dimension, 1, particles]);
      const slopes = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
        loss(a as tf.Tensor3D, b as tf.Tensor4D, positions),
      )([value, tangent]);
      return { value: slopes.value, field: slopes.grads[0], jacobian: slopes.grads[1] };
    },
    { name: "landau loss" },
  );
  const positions = ndarray(v.data, [1, particles, dimension]);
  return async (steps) => {
    let size = 0;
    for (let step = 0; step < steps; step++) {
      const { field } = await program(positions, w, J);
      size = Math.sqrt(Array.from(field.data).reduce((sum, x) => sum + x * x, 0) / field.data.length);
    }
    return size;
  };
}
