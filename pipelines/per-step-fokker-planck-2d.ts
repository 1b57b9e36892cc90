import {
  comparisonSuite,
  definePipeline,
  fokkerPlanck,
  gaussianMixtureFamily,
  identity,
  quadraticPotential,
} from "learn-to-evolve";

const stiffness = identity(2);
const diffusion = 1;

export default definePipeline({
  name: "per-step-fokker-planck-2d",
  title: "Ornstein–Uhlenbeck in the plane, solved step by step",
  summary:
    "The baseline of the learned operator: each JKO step of ∂ₜρ = ∇·(xρ) + Δρ is solved by training a network anew on the particles " +
    "of this very density, with a warm start from the step before. Nothing is learned across densities.",
  trains: false,
  settings: { tau: 0.1 },
  presets: {
    smoke: { evaluation: { particles: 512, perStepDensities: 1, perStepSteps: 1 } },
    quick: { evaluation: { particles: 4096, perStepDensities: 4, perStepSteps: 3 } },
    full: { evaluation: { particles: 8192, perStepDensities: 16, perStepSteps: 10 } },
  },
  problem: ({ tau }) => ({
    flow: fokkerPlanck({
      dimension: 2,
      potential: quadraticPotential({ matrix: stiffness }),
      diffusion,
      tau,
    }),
    family: gaussianMixtureFamily({ dimension: 2, components: [1, 3], reach: 2.5, deviations: [0.3, 0.8] }),
  }),
  evaluations: ({ evaluation }) => [
    comparisonSuite({
      stiffness,
      diffusion,
      showcase: {
        weights: [0.4, 0.35, 0.25],
        means: [
          [-1.8, -1],
          [1.6, -0.6],
          [0.2, 1.9],
        ],
        deviations: [0.35, 0.5, 0.3],
      },
      showcaseSteps: Math.min(20, 5 * evaluation.perStepSteps),
    }),
  ],
  expected: {
    quick: {
      "comparison.perStep.uvp.1.median": {
        max: 0.1,
        reason: "what 4096 particles let a network of this size resolve",
      },
    },
    full: {
      "comparison.perStep.uvp.1.median": {
        max: 0.1,
        reason: "what 8192 particles let a network of this size resolve",
      },
      "comparison.perStep.uvp.10.median": {
        max: 0.3,
        reason: "errors of single steps add up, and the flow contracts them",
      },
    },
  },
});
