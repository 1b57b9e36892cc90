/** @file One training iteration of the learned operator, as training runs it, and what its benchmarks share. */

import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { type NdArray, ndarray, scalar } from "../../src/engine/array.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { trainingIteration } from "../../src/operator/training.ts";
import { adamRate } from "../../src/optimizers/adam.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, type Key, keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import type { Advance, Inputs, Workload } from "./question.ts";

const dimension = 2;

/** The operator's default form with as many neurons as asked for. */
export function architectureOf(hidden: number) {
  // The benchmark's densities are Gaussians, of which nothing would be left for gates to learn.
  return { dimension, widths: [0.25, 0.5, 1], ridge: 0.02, hidden, code: hidden, trustedShare: 0 };
}

/** The plane Ornstein–Uhlenbeck flow. */
export function planeFlow() {
  return fokkerPlanck({
    dimension,
    potential: quadraticPotential({ matrix: identity(dimension) }),
    diffusion: 1,
    tau: 0.1,
  });
}

/** A batch of densities and initial parameters, the same for all rivals. */
export function operatorInputs({ densities, context, queries, hidden }: Workload["size"]): Inputs {
  const key = keyFrom(0);
  const [c, q] = [normalClouds(key, densities, context), normalClouds(foldIn(key, "q"), densities, queries)];
  return {
    context: c.positions,
    contextLogDensity: c.logDensity,
    queries: q.positions,
    queriesLogDensity: q.logDensity,
    parameters: initialOperator(hidden),
  };
}

export function initialOperator(hidden: number): NdArray {
  const initial = initialParameters(
    operatorParameters(architectureOf(hidden)),
    foldIn(keyFrom(0), "parameters"),
  );
  return ndarray(initial, [initial.length]);
}

/** A training of the operator that goes one iteration further with every step. */
export function operatorStep(engine: Engine, { hidden }: Workload["size"], inputs: Inputs): Advance {
  const step = engine.jit(trainingIteration(planeFlow(), architectureOf(hidden), { clip: 1 }), {
    name: "operator",
  });
  const batch = {
    context: { positions: inputs["context"], logDensity: inputs["contextLogDensity"] },
    queries: { positions: inputs["queries"], logDensity: inputs["queriesLogDensity"] },
  };
  const { parameters } = inputs;
  const zeros = () => ndarray(new Float32Array(parameters.data.length), parameters.shape);
  let state = { parameters, first: zeros(), second: zeros(), average: parameters };
  let t = 0;
  return async (steps) => {
    let value = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const schedule = { rate: scalar(adamRate(3e-3, ++t)), averaging: scalar(0.995) };
      const result = await step(state, batch, schedule);
      state = result.state;
      value = result.loss.data[0];
    }
    return value;
  };
}

/** Particles of deviation one half with their log-densities, half as wide as the steady state. */
export function normalClouds(key: Key, densities: number, count: number) {
  const positions = Float32Array.from(normals(key, densities * count * dimension), (x) => 0.5 * x);
  const logDensity = Float32Array.from({ length: densities * count }, (_, i) => {
    const [x, y] = positions.subarray(i * dimension, (i + 1) * dimension);
    return -2 * (x * x + y * y) + Math.log(2 / Math.PI);
  });
  return {
    positions: ndarray(positions, [densities, count, dimension]),
    logDensity: ndarray(logDensity, [densities, count]),
  };
}
