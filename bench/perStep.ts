/** @file What does an iteration inside a per-step solver cost? */

import { ndarray } from "../src/engine/array.ts";
import { fieldSpecs } from "../src/jko/perStepField.ts";
import { expectedReach, frameOf } from "../src/jko/perStepFrame.ts";
import { perStepPrograms } from "../src/jko/perStepPrograms.ts";
import { initialParameters } from "../src/networks/parameters.ts";
import { normals } from "../src/random/draw.ts";
import { foldIn, keyFrom } from "../src/random/key.ts";
import { normalClouds, planeFlow } from "./measure/operatorStep.ts";
import { compiled, type Question } from "./measure/question.ts";

const flow = planeFlow();
const network = (width: number) => ({ form: "gradient", width }) as const;

export const question: Question = {
  question: "What does value and gradient of the per-step objective cost, inside a minimiser on the host?",
  step: "an evaluation",
  tolerance: 1e-5,
  workloads: [
    [4_096, 24],
    [16_384, 24],
  ].map(([particles, width]) => ({
    name: `N = ${particles}, gradient field of width ${width}`,
    size: { particles, width },
    own: compiled,
    peers: [{ program: "perStep_jax", family: "JAX", variants: ["jit"], threads: [1, 2] }],
  })),
  inputs: ({ particles, width }) => {
    const { positions, logDensity } = normalClouds(keyFrom(1), 1, particles);
    const cloud = {
      dimension: 2,
      count: particles,
      positions: Float64Array.from(positions.data),
      logDensity: Float64Array.from(logDensity.data),
    };
    const initial = initialParameters(fieldSpecs(flow, network(width)), keyFrom(0));
    const noise = normals(foldIn(keyFrom(0), "noise"), initial.length);
    const { shift, radius, reach } = frameOf(flow, cloud, expectedReach(flow, cloud, { deviation: 1.5 }));
    return {
      positions: ndarray(positions.data, [particles, 2]),
      logDensity: ndarray(logDensity.data, [particles]),
      parameters: ndarray(
        initial.map((value, i) => value + 0.1 * noise[i]),
        [initial.length],
      ),
      ...{ shift, radius, reach },
    };
  },
  start: (engine, { particles, width }, inputs) => {
    const { lossAndGradient } = perStepPrograms(engine, flow, { network: network(width), loss: "jko" });
    const frame = { shift: inputs["shift"], radius: inputs["radius"], reach: inputs["reach"] };
    const cloud = {
      positions: ndarray(inputs["positions"].data, [1, particles, 2]),
      logDensity: ndarray(inputs["logDensity"].data, [1, particles]),
    };
    let { parameters } = inputs;
    return async (steps) => {
      let value = Number.NaN;
      for (let i = 0; i < steps; i++) {
        const { values, gradient } = await lossAndGradient(parameters, frame, cloud);
        let sum = 0;
        for (let j = 0; j < particles; j++) sum += values.data[j];
        value = sum / particles;
        const next = (parameters.data as Float32Array).map((p, j) => p - 0.1 * gradient.data[j]);
        parameters = ndarray(next, parameters.shape);
      }
      return value;
    };
  },
};
