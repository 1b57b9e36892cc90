/** @file What does a training iteration of the operator cost, against JAX? */

import { operatorInputs, operatorStep } from "./measure/operatorStep.ts";
import { compiled, type Question } from "./measure/question.ts";

export const question: Question = {
  question: "What does a training iteration of the operator cost?",
  step: "an iteration",
  tolerance: 1e-5,
  workloads: [64, 128].map((hidden) => ({
    name: `16 densities × (512 context + 128 queries), width ${hidden}`,
    size: { densities: 16, context: 512, queries: 128, hidden },
    own: compiled,
    peers: [{ program: "operator_jax", family: "JAX", variants: ["jit", "donated"], threads: [1, 2] }],
  })),
  inputs: operatorInputs,
  start: operatorStep,
};
