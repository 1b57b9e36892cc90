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
  question: "What does a step of the learned operator cost, context 512, at every particle and on a lattice?",
  step: "a step",
  // The peers carry densities in float32, we in float64.
  tolerance: 1e-4,
  workloads: [
    ...[1e3, 1e4, 1e5, 1e6].map((particles) => ({ particles, lattice: 0 })),
    ...[1e4, 1e5, 1e6].map((particles) => ({ particles, lattice: 1 })),
  ].map(({ particles, lattice }) => ({
    name: `N = ${particles}${lattice ? ", lattice" : ""}`,
    size: { particles, context: 512, hidden, lattice },
    own: compiled,
    // The peer asks the network at every particle.
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
  start: (engine, { particles, context, lattice }, inputs) => {
    const flow = planeFlow();
    const parameters = inputs["parameters"].data as Float32Array;
    const model = { flow, architecture: architectureOf(hidden), parameters };
    const evaluate = fieldEvaluator(engine, model, { lattice: lattice === 1 });
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
