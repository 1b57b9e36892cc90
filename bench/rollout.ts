/** @file What does a step of the learned operator cost, from a thousand particles to a million? */

import type { Cloud } from "../src/measures/cloud.ts";
import { fieldEvaluator } from "../src/operator/evaluator.ts";
import { type OperatorState, stepClouds } from "../src/operator/solver.ts";
import { keyFrom } from "../src/random/key.ts";
import { architectureOf, initialOperator, normalClouds, planeFlow } from "./measure/operatorStep.ts";
import { compiled, type Question } from "./measure/question.ts";

const hidden = 64;

/** Steps before the roll-out begins anew: at the steady state steps that gain nothing are made twice, which the peers do not do. */
const restart = 10;

export const question: Question = {
  question: "What does a step of the learned operator cost, context 512?",
  step: "a step",
  // The peers carry densities in float32, we in float64.
  tolerance: 1e-4,
  workloads: [1e3, 1e4, 1e5, 1e6].map((particles) => ({
    name: `N = ${particles}`,
    size: { particles, context: 512, hidden },
    own: compiled,
    peers: [
      {
        program: "rollout_jax",
        family: "JAX",
        variants: particles > 1e4 ? ["tiles"] : ["whole", "tiles"],
        threads: [1, 2],
      },
    ],
  })),
  inputs: ({ particles }) => {
    const { positions, logDensity } = normalClouds(keyFrom(1), 1, particles);
    return {
      positions: { data: positions.data, shape: [particles, 2] },
      logDensity: { data: logDensity.data, shape: [particles] },
      parameters: initialOperator(hidden),
    };
  },
  start: (engine, { particles, context }, inputs) => {
    const flow = planeFlow();
    const evaluate = fieldEvaluator(engine, {
      flow,
      architecture: architectureOf(hidden),
      parameters: inputs["parameters"].data as Float32Array,
    });
    const initial: Cloud = {
      dimension: 2,
      count: particles,
      positions: Float64Array.from(inputs["positions"].data),
      logDensity: Float64Array.from(inputs["logDensity"].data),
    };
    const order = Int32Array.from({ length: particles }, (_, i) => i);
    const begun = { cloud: initial, state: { order, step: 0 } };
    let item: { readonly cloud: Cloud; readonly state: OperatorState } = begun;
    return async (steps) => {
      for (let i = 0; i < steps; i++) {
        if (item.state.step === restart) item = begun;
        [item] = await stepClouds({ flow, evaluate, context }, [item]);
      }
      return Float64Array.from(item.cloud.logDensity).reduce((sum, value) => sum + value, 0) / particles;
    };
  },
};
