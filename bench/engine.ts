/** @file What does compiling gain over running the same TensorFlow.js operation by operation? */

import { kineticInputs, kineticStep } from "./measure/kineticStep.ts";
import { operatorInputs, operatorStep } from "./measure/operatorStep.ts";
import { compiled, type Question, type Workload } from "./measure/question.ts";

const eager = [...compiled, { engine: "tfjs-cpu" }] as const;

const kinetic = ([particles, hidden]: readonly [number, number], own: Workload["own"]): Workload => ({
  name: `kinetic network, N = ${particles}, H = ${hidden}`,
  size: { particles, hidden },
  own,
  peers: [],
});

export const question: Question = {
  question: "What does a training step cost compiled, and operation by operation?",
  step: "a training step",
  tolerance: 1e-4,
  workloads: [
    {
      name: "operator, 16 densities × (512 context + 128 queries), width 64",
      size: { densities: 16, context: 512, queries: 128, hidden: 64 },
      own: compiled,
      peers: [],
    },
    kinetic([1_000, 32], eager),
    kinetic([10_000, 32], eager),
    kinetic([10_000, 128], compiled),
  ],
  inputs: (size) => ("densities" in size ? operatorInputs(size) : kineticInputs(size)),
  start: (engine, size, inputs) =>
    "densities" in size ? operatorStep(engine, size, inputs) : kineticStep(engine, size, inputs),
};
