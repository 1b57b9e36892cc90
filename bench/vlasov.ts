/** @file What does a step of a plasma with collisions cost, against JAX, and how does it grow with the number of particles? */

import { compiled, type Question } from "./measure/question.ts";
import { vlasovInputs, vlasovStep } from "./measure/vlasovStep.ts";

export const question: Question = {
  question:
    "What does a whole step of Vlasov–Poisson–Fokker–Planck cost (particle-in-cell on 64 cells, and so many iterations of Adam on 3 → 32 → 32 → 1)? The weak two-stream run is 400 of the first kind.",
  step: "a step",
  tolerance: 1e-4,
  workloads: [
    [20_000, 50],
    [10_000, 5],
    [100_000, 5],
    [1_000_000, 5],
  ].map(([particles, iterations]) => ({
    name: `N = ${particles}, ${iterations} iterations`,
    size: { particles, iterations },
    own: compiled,
    peers: [
      { program: "vlasov_jax", family: "JAX, by tangents", variants: ["tangents"], threads: [1, 2] },
      { program: "vlasov_jax", family: "JAX, by gates", variants: ["gates"], threads: [1, 2] },
    ],
  })),
  inputs: vlasovInputs,
  start: vlasovStep,
};
