/** @file One training step of a kinetic network: 5 → H → H → 3, tanh, with its exact divergence, under Adam. */

import * as tf from "@tensorflow/tfjs";
import { type NdArray, ndarray, scalar } from "../../src/engine/array.ts";
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

/**
 * Sum of `½dt|u|² + ½|v + dt u|² − log|1 + dt ∇·u|` over particles `z`, `[5, n]`: `u` is the network's field and the
 * divergence that along the velocities, by three tangents that ride in the columns of one product.
 */
function loss(p: Parameters, z: tf.Tensor2D): tf.Scalar {
  const count = z.shape[1];
  const hidden = p["b1"].size;
  const layer = (k: number, x: tf.Tensor2D) =>
    tf.add(tf.matMul(p[`w${k}`] as tf.Tensor2D, x, true, false), tf.expandDims(p[`b${k}`], 1)) as tf.Tensor2D;
  const h1 = tf.tanh(layer(1, z));
  const h2 = tf.tanh(layer(2, h1));
  const u = layer(3, h2);
  const [slope1, slope2] = [h1, h2].map((h) => tf.expandDims(tf.sub(1, tf.square(h)), 1));
  const directions = tf.expandDims(tf.transpose(tf.slice(p["w1"], [0, 0], [outputs, hidden])), 2);
  const tangent1 = tf.reshape(tf.mul(slope1, directions), [hidden, outputs * count]);
  const product = tf.matMul(p["w2"] as tf.Tensor2D, tangent1 as tf.Tensor2D, true, false);
  const tangent2 = tf.mul(slope2, tf.reshape(product, [hidden, outputs, count]));
  const divergence = tf.sum(tf.mul(tangent2, tf.expandDims(p["w3"], 2)), [0, 1]);
  const velocity = tf.add(tf.slice(z, [0, 0], [outputs, count]), tf.mul(u, dt));
  const quadratic = tf.add(tf.mul(tf.square(u), dt / 2), tf.mul(tf.square(velocity), 0.5));
  const logDet = tf.log(tf.abs(tf.add(1, tf.mul(divergence, dt))));
  return tf.sum(tf.sub(tf.sum(quadratic, 0), logDet)) as tf.Scalar;
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

/** Activations of a tile: with their gradients they stay in a core's cache. */
const tileElements = 200_000;

/** Where a step takes less than the call of the engine costs, a call makes so many. */
const shortRun = { elements: 64_000, steps: 8 };

type TrainingTensors = AdamState & { readonly parameters: tf.Tensor1D };

/** A training of `hidden` neurons a layer on `particles` particles. */
export function kineticStep(engine: Engine, { particles, hidden }: Workload["size"], given: Inputs): Advance {
  const layout = layoutOf(specs(hidden));
  const tiles = Math.ceil((particles * hidden) / tileElements);
  const iteration = (state: TrainingTensors, z: tf.Tensor2D, rate: tf.Scalar) => {
    const parts = Array.from({ length: tiles }, (_, i) => {
      const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * particles) / tiles));
      const tile = tf.slice(z, [0, start], [inputs, end - start]);
      return valueAndGradient(layout, state.parameters, (p) => loss(p, tile));
    });
    const mean = (terms: tf.Tensor[]) =>
      tf.div(
        terms.reduce((sum, term) => tf.add(sum, term)),
        particles,
      );
    const gradient = mean(parts.map((part) => part.gradient)) as tf.Tensor1D;
    const next = adam(state.parameters, state, { gradient, rate });
    return {
      loss: mean(parts.map((part) => part.value)),
      state: { parameters: next.parameters, ...next.state },
    };
  };
  const step = engine.jit(
    (state: TrainingTensors, z: tf.Tensor2D, rates: readonly tf.Scalar[]) => {
      let last = iteration(state, z, rates[0]);
      for (const rate of rates.slice(1)) last = iteration(last.state, z, rate);
      return last;
    },
    { name: `kinetic ${particles}×${hidden}` },
  );
  const perRun = particles * hidden <= shortRun.elements && engine.name === "onnx" ? shortRun.steps : 1;
  const zeros = () => ndarray(new Float32Array(layout.size), [layout.size]);
  const z = componentRows(given["z"].data as Float32Array, particles);
  let state = { first: zeros(), second: zeros(), parameters: given["parameters"] };
  let t = 0;
  return async (steps) => {
    let value = Number.NaN;
    for (let left = steps; left > 0; ) {
      const count = left >= perRun ? perRun : 1;
      const rates = Array.from({ length: count }, () => scalar(adamRate(1e-3, ++t)));
      const result = await step(state, z, rates);
      state = result.state;
      value = result.loss.data[0];
      left -= count;
    }
    return value;
  };
}

/** From rows of particles to one row a coordinate. */
function componentRows(z: Float32Array, particles: number): NdArray {
  const rows = new Float32Array(z.length);
  for (let i = 0; i < particles; i++)
    for (let k = 0; k < inputs; k++) rows[k * particles + i] = z[i * inputs + k];
  return ndarray(rows, [inputs, particles]);
}
