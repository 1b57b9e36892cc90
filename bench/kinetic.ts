/** @file What does a training step of a small network cost, against JAX and PyTorch? */

import { kineticInputs, kineticStep } from "./measure/kineticStep.ts";
import { compiled, type Peer, type Question } from "./measure/question.ts";

const peers: readonly Peer[] = [
  {
    program: "kinetic_jax",
    family: "JAX",
    variants: ["jit", "flat, donated", "scan", "tiles"],
    threads: [1, 2],
  },
  { program: "kinetic_torch", family: "PyTorch compile", variants: ["compile"], threads: [1, 2] },
  { program: "kinetic_torch", family: "PyTorch eager", variants: ["eager"], threads: [1, 2] },
];

export const question: Question = {
  question:
    "What does a training step of a kinetic network cost (5 → H → H → 3, tanh, exact divergence, Adam)?",
  step: "a training step",
  tolerance: 1e-5,
  workloads: [
    [1_000, 32],
    [10_000, 32],
    [100_000, 32],
    [10_000, 128],
  ].map(([particles, hidden]) => ({
    name: `N = ${particles}, H = ${hidden}`,
    size: { particles, hidden },
    own: compiled,
    peers,
  })),
  inputs: kineticInputs,
  start: kineticStep,
};
