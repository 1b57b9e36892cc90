/** @file One training step of a kinetic network: 5 → H → H → 3, tanh, with its exact divergence, under Adam. */

import * as tf from "@tensorflow/tfjs";
import { type NdArray, ndarray, pieces, scalar } from "../../src/engine/array.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { blocksFor, tilesFor } from "../../src/jko/perStepTiles.ts";
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
 * divergence that along the velocities. With two hidden layers it is a bilinear form of their slopes,
 * `∇·u = s₂ᵀ M s₁` with `M = W₂ ∘ (W₃W₁)ᵀ`: one product of matrices where tangents along the three velocities take three.
 */
function loss(p: Parameters, z: tf.Tensor2D): tf.Scalar {
  const count = z.shape[1];
  const hidden = p["b1"].size;
  const transposed = (w: tf.Tensor, x: tf.Tensor2D) => tf.matMul(w as tf.Tensor2D, x, true, false);
  const layer = (k: number, x: tf.Tensor2D) =>
    tf.add(transposed(p[`w${k}`], x), tf.expandDims(p[`b${k}`], 1)) as tf.Tensor2D;
  const h1 = tf.tanh(layer(1, z));
  const h2 = tf.tanh(layer(2, h1));
  const u = layer(3, h2);
  const [slope1, slope2] = [h1, h2].map((h) => tf.sub(1, tf.square(h)) as tf.Tensor2D);
  const along = tf.slice(p["w1"] as tf.Tensor2D, [0, 0], [outputs, hidden]);
  const m = tf.mul(p["w2"], tf.matMul(along, p["w3"] as tf.Tensor2D, true, true));
  const divergence = tf.sum(tf.mul(slope2, transposed(m, slope1)), 0);
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

/** Where a step takes less than the call of the engine costs, a call makes so many. */
const shortRun = { elements: 64_000, steps: 8 };

type TrainingTensors = AdamState & { readonly parameters: tf.Tensor1D };

/** A training of `hidden` neurons a layer on `particles` particles. */
export function kineticStep(engine: Engine, size: Workload["size"], given: Inputs): Advance {
  const { particles, hidden } = size;
  const short = particles * hidden <= shortRun.elements && engine.name === "onnx";
  return short ? severalAtOnce(engine, size, given) : tileByTile(engine, size, given);
}

/** Several iterations in one run. */
function severalAtOnce(engine: Engine, { particles, hidden }: Workload["size"], given: Inputs): Advance {
  const layout = layoutOf(specs(hidden));
  const iteration = (state: TrainingTensors, z: tf.Tensor2D, rate: tf.Scalar) => {
    const { value, gradient } = valueAndGradient(layout, state.parameters, (p) =>
      tf.div(loss(p, z), particles),
    );
    const next = adam(state.parameters, state, { gradient, rate });
    return { loss: value, state: { parameters: next.parameters, ...next.state } };
  };
  const step = engine.jit(
    (state: TrainingTensors, z: tf.Tensor2D, rates: readonly tf.Scalar[]) => {
      let last = iteration(state, z, rates[0]);
      for (const rate of rates.slice(1)) last = iteration(last.state, z, rate);
      return last;
    },
    { name: `kinetic ${particles}×${hidden}` },
  );
  const z = componentRows(given["z"].data as Float32Array, [0, particles]);
  let state = freshState(given);
  let t = 0;
  return async (steps) => {
    let value = Number.NaN;
    for (let left = steps; left > 0; ) {
      const count = left >= shortRun.steps ? shortRun.steps : 1;
      const rates = Array.from({ length: count }, () => scalar(adamRate(1e-3, ++t)));
      const result = await step(state, z, rates);
      state = result.state;
      value = result.loss.data[0];
      left -= count;
    }
    return value;
  };
}

/** Gradients of tiles in threads beside each other, then one step of Adam. */
function tileByTile(engine: Engine, { particles, hidden }: Workload["size"], given: Inputs): Advance {
  const layout = layoutOf(specs(hidden));
  const part = engine.jit(
    (parameters: tf.Tensor1D, z: tf.Tensor2D) => {
      const parts = pieces(z.shape[1], blocksFor(z.shape[1] * hidden)).map(({ start, end }) => {
        const block = tf.slice(z, [0, start], [inputs, end - start]);
        return valueAndGradient(layout, parameters, (p) => tf.div(loss(p, block), particles));
      });
      const sum = (terms: tf.Tensor[]) => terms.reduce((total, term) => tf.add(total, term));
      return {
        value: sum(parts.map(({ value }) => value)),
        gradient: sum(parts.map(({ gradient }) => gradient)),
      };
    },
    { name: `kinetic ${particles}×${hidden}`, parallel: true },
  );
  const update = engine.jit(
    (state: TrainingTensors, gradient: tf.Tensor1D, rate: tf.Scalar) => {
      const next = adam(state.parameters, state, { gradient, rate });
      return { parameters: next.parameters, ...next.state };
    },
    { name: "Adam" },
  );
  const parts = pieces(particles, tilesFor(particles * hidden)).map(({ start, end }) =>
    componentRows(given["z"].data as Float32Array, [start, end]),
  );
  let state = freshState(given);
  let t = 0;
  return async (steps) => {
    let value = Number.NaN;
    for (let step = 0; step < steps; step++) {
      const results = await Promise.all(parts.map((z) => part(state.parameters, z)));
      const gradient = new Float32Array(layout.size);
      value = 0;
      for (const result of results) {
        value += result.value.data[0];
        for (let i = 0; i < gradient.length; i++) gradient[i] += result.gradient.data[i];
      }
      state = await update(state, ndarray(gradient, [layout.size]), scalar(adamRate(1e-3, ++t)));
    }
    return value;
  };
}

function freshState(given: Inputs) {
  const zeros = () => ndarray(new Float32Array(given["parameters"].data.length), given["parameters"].shape);
  return { first: zeros(), second: zeros(), parameters: given["parameters"] };
}

/** From rows of particles to one row a coordinate. */
function componentRows(z: Float32Array, [start, end]: readonly number[]): NdArray {
  const particles = end - start;
  const rows = new Float32Array(inputs * particles);
  for (let i = 0; i < particles; i++)
    for (let k = 0; k < inputs; k++) rows[k * particles + i] = z[(start + i) * inputs + k];
  return ndarray(rows, [inputs, particles]);
}
