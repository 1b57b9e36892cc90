/** @file One training iteration of the learned operator, as `trainOperator` runs it. */

import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { ndarray, scalar } from "../../src/engine/array.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { trainingIteration } from "../../src/operator/training.ts";
import { adamRate } from "../../src/optimizers/adam.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import type { Advance } from "./interleaved.ts";

const dimension = 2;
const architecture = { dimension, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 64, code: 64 };

/** A training of the operator for the plane Ornstein–Uhlenbeck flow that goes one iteration further with every call. */
export function operatorStep(
  engine: Engine,
  size: { readonly densities: number; readonly context: number; readonly queries: number },
): Advance {
  const flow = fokkerPlanck({
    dimension,
    potential: quadraticPotential({ matrix: identity(dimension) }),
    diffusion: 1,
    tau: 0.1,
  });
  const step = engine.jit(trainingIteration(flow, architecture, { clip: 1 }), { name: "operator" });
  const key = keyFrom(0);
  const batch = {
    context: normalClouds(foldIn(key, "context"), size.densities, size.context),
    queries: normalClouds(foldIn(key, "queries"), size.densities, size.queries),
  };
  const initial = initialParameters(operatorParameters(architecture), foldIn(key, "parameters"));
  const array = (data: Float32Array) => ndarray(data, [initial.length]);
  const zeros = () => array(new Float32Array(initial.length));
  let state = { parameters: array(initial), first: zeros(), second: zeros(), average: array(initial) };
  let t = 0;
  return async () => {
    const schedule = { rate: scalar(adamRate(3e-3, ++t)), averaging: scalar(0.995) };
    const result = await step(state, batch, schedule);
    state = result.state;
    return result.loss.data[0];
  };
}

/** Standard normal particles with their log-densities: `[B, n, d]` and `[B, n]`. */
function normalClouds(key: ReturnType<typeof keyFrom>, densities: number, count: number) {
  const positions = Float32Array.from(normals(key, densities * count * dimension));
  const logDensity = Float32Array.from({ length: densities * count }, (_, i) => {
    const [x, y] = positions.subarray(i * dimension, (i + 1) * dimension);
    return -(x * x + y * y) / 2 - Math.log(2 * Math.PI);
  });
  return {
    positions: ndarray(positions, [densities, count, dimension]),
    logDensity: ndarray(logDensity, [densities, count]),
  };
}
