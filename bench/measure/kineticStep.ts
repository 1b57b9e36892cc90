/** @file One training step of a kinetic network: 5 → H → H → 3, tanh, with its exact divergence, under Adam. */

import * as tf from "@tensorflow/tfjs";
import { ndarray, scalar } from "../../src/engine/array.ts";
import type { Engine } from "../../src/engine/engine.ts";
import {
  initialParameters,
  layoutOf,
  type Parameters,
  valueAndGradient,
} from "../../src/networks/parameters.ts";
import { type AdamState, adam, adamRate } from "../../src/optimizers/adam.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import type { Advance, Inputs, Workload } from "./question.ts";

const inputs = 5; // two coordinates of position, three of velocity
const outputs = 3;
const dt = 0.1;

const specs = (hidden: number) => ({
  w1: { shape: [inputs, hidden], initial: 0.3 },
  b1: { shape: [hidden], initial: 0 },
  w2: { shape: [hidden, hidden], initial: 0.2 },
  b2: { shape: [hidden], initial: 0 },
  w3: { shape: [hidden, outputs], initial: 0.2 },
  b3: { shape: [outputs], initial: 0 },
});

/** The field `u`, `[N, 3]`, and its divergence `[N, 1]` along the first three inputs, by three tangents. */
function field(p: Parameters, z: tf.Tensor2D): { readonly u: tf.Tensor; readonly divergence: tf.Tensor } {
  const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
  const h1 = tf.tanh(tf.add(product(z, p["w1"]), p["b1"]));
  const h2 = tf.tanh(tf.add(product(h1, p["w2"]), p["b2"]));
  const [slope1, slope2] = [h1, h2].map((h) => tf.sub(1, tf.square(h)));
  const terms = Array.from({ length: outputs }, (_, k) => {
    const tangent1 = tf.mul(slope1, tf.slice(p["w1"], [k, 0], [1, -1]));
    const tangent2 = tf.mul(slope2, product(tangent1, p["w2"]));
    return product(tangent2, tf.slice(p["w3"], [0, k], [-1, 1]));
  });
  return { u: tf.add(product(h2, p["w3"]), p["b3"]), divergence: tf.addN(terms) };
}

/** Mean of `½dt|u|² + ½|v + dt u|² − log|1 + dt ∇·u|` over the particles. */
function loss(p: Parameters, z: tf.Tensor2D): tf.Scalar {
  const { u, divergence } = field(p, z);
  const velocity = tf.add(tf.slice(z, [0, 0], [-1, outputs]), tf.mul(u, dt));
  const quadratic = tf.add(tf.mul(tf.square(u), dt / 2), tf.mul(tf.square(velocity), 0.5));
  const logDet = tf.log(tf.abs(tf.add(1, tf.mul(divergence, dt))));
  return tf.mean(tf.sub(tf.sum(quadratic, 1, true), logDet)) as tf.Scalar;
}

/** Particles and initial parameters, the same for all rivals. */
export function kineticInputs({ particles, hidden }: Workload["size"]): Inputs {
  const key = keyFrom(0);
  const layout = layoutOf(specs(hidden));
  return {
    z: ndarray(Float32Array.from(normals(foldIn(key, "z"), particles * inputs)), [particles, inputs]),
    parameters: ndarray(initialParameters(specs(hidden), foldIn(key, "parameters")), [layout.size]),
  };
}

/** A training of `hidden` neurons a layer on `particles` particles. */
export function kineticStep(engine: Engine, { particles, hidden }: Workload["size"], given: Inputs): Advance {
  const layout = layoutOf(specs(hidden));
  const step = engine.jit(
    (state: AdamState & { readonly parameters: tf.Tensor1D }, z: tf.Tensor2D, rate: tf.Scalar) => {
      const { value, gradient } = valueAndGradient(layout, state.parameters, (p) => loss(p, z));
      const next = adam(state.parameters, state, { gradient, rate });
      return { loss: value, state: { parameters: next.parameters, ...next.state } };
    },
    { name: `kinetic ${particles}×${hidden}` },
  );
  const zeros = () => ndarray(new Float32Array(layout.size), [layout.size]);
  let state = { first: zeros(), second: zeros(), parameters: given["parameters"] };
  let t = 0;
  return async (steps) => {
    let value = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const result = await step(state, given["z"], scalar(adamRate(1e-3, ++t)));
      state = result.state;
      value = result.loss.data[0];
    }
    return value;
  };
}
