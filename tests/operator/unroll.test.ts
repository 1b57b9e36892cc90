/** @file A loss over several steps: its gradient, and what it is the sum of. */

import type * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { type NdArray, ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { jkoObjective } from "../../src/jko/objective.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { layoutOf, unpack } from "../../src/networks/parameters.ts";
import { operatorField, operatorParameters } from "../../src/operator/map.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { type TrainingBatch, trainingIteration, unrolledGains } from "../../src/operator/training.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { smallProblem } from "./problem.ts";

const { family } = smallProblem(2);
const architecture = { dimension: 2, widths: [0.5], ridge: 0.02, hidden: 6, code: 4 };
const potential = doubleWellPotential({ dimension: 2, height: 0.25, halfWidth: 1 });
const flow = fokkerPlanck({ dimension: 2, potential, diffusion: 0.25, tau: 0.1 });
const layout = layoutOf(operatorParameters(architecture));

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

/** Weights away from their start, where the gates do nothing, and a batch, in double precision. */
function course() {
  const noise = normals(keyFrom(4), layout.size);
  const start = initialTrainingState(architecture, keyFrom(1)).parameters;
  const cloud = (label: string, n: number) => {
    const { positions, logDensity } = sampleCloud(family.draw(keyFrom(5)), foldIn(keyFrom(6), label), n);
    return {
      positions: ndarray(Float64Array.from(positions), [1, n, 2]),
      logDensity: ndarray(Float64Array.from(logDensity), [1, n]),
    };
  };
  return {
    parameters: Float64Array.from(start, (value, i) => value + 0.02 * noise[i]),
    batch: { context: cloud("context", 41), queries: cloud("queries", 13) },
  };
}

it("follows the gradient through two steps, against central differences", async () => {
  const iteration = engine.jit(trainingIteration(flow, architecture, { clip: 1e9, unroll: 2 }), {
    precision: "float64",
  });
  const { parameters, batch } = course();
  const zero = ndarray(new Float64Array(1), []);
  const direction = normals(keyFrom(2), layout.size);
  const at = async (h: number) => {
    const shifted = ndarray(
      parameters.map((value, i) => value + h * direction[i]),
      [layout.size],
    );
    const zeros = ndarray(new Float64Array(layout.size), [layout.size]);
    const state = { parameters: shifted, first: zeros, second: zeros, average: shifted };
    const output = await iteration(state, batch, { rate: zero, averaging: zero });
    // From zero, the first moment of Adam is a tenth of the gradient.
    const slope = direction.reduce((sum, d, i) => sum + d * 10 * output.state.first.data[i], 0);
    return { loss: output.loss.data[0], slope };
  };
  const h = 1e-6;
  const [middle, ahead, behind] = [await at(0), await at(h), await at(-h)];
  const difference = (ahead.loss - behind.loss) / (2 * h);
  expect(Math.abs(middle.slope / difference - 1)).toBeLessThan(1e-5);
});

it("is the objective of the first step and, from where that leads, of the next", async () => {
  const gains = engine.jit(
    (flat: tf.Tensor1D, batch: TrainingBatch) => {
      const weights = unpack(layout, flat);
      const sum = (from: TrainingBatch, steps: number) =>
        unrolledGains(flow, architecture, { parameters: weights, batch: from, steps });
      const moved = (cloud: TrainingBatch["queries"]) => {
        const { context } = batch;
        const inputs = { parameters: weights, context, queries: cloud.positions };
        const field = operatorField(flow, architecture, inputs);
        const { positions, logDensity } = jkoObjective(flow, cloud, field).moved;
        return { positions, logDensity };
      };
      const after = { context: moved(batch.context), queries: moved(batch.queries) };
      return { both: sum(batch, 2), first: sum(batch, 1), next: sum(after, 1) };
    },
    { precision: "float64" },
  );
  const { parameters, batch } = course();
  const { both, first, next } = await gains(ndarray(parameters, [layout.size]), batch);
  const value = (array: NdArray) => array.data[0];
  expect(value(first)).toBeLessThan(0);
  expect(value(both)).toBeCloseTo(value(first) + value(next), 12);
  expect(Math.abs(value(next))).toBeGreaterThan(1e-3 * Math.abs(value(first)));
});
