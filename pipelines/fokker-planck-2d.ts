import {
  comparisonSuite,
  contextSuite,
  definePipeline,
  dissipationSuite,
  fokkerPlanck,
  gaussian,
  gaussianLaw,
  gaussianMixtureFamily,
  gaussianSteps,
  identity,
  productLaw,
  productSteps,
  quadraticPotential,
  speedSuite,
  stationarySuite,
  trustSuite,
} from "learn-to-evolve";

const stiffness = identity(2);
const diffusion = 1;
const steady = gaussian({ mean: [0, 0], covariance: identity(2) });

export default definePipeline({
  name: "fokker-planck-2d",
  title: "Ornstein–Uhlenbeck in the plane",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∇·(xρ) + Δρ in the plane from mixtures of one to three round Gaussians, by " +
    "minimising the JKO objective itself: no solution of any step is used. It is then held against exact JKO steps on " +
    "densities of other families, against a solver that trains a network anew in every step, and against the equation.",
  trains: true,
  settings: { tau: 0.1 },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: {
        densities: 4,
        particles: 512,
        steps: [1, 3],
        perStepDensities: 1,
        perStepSteps: 1,
        longSteps: 5,
        longDensities: 2,
        longParticles: 512,
        contexts: [64, 128],
      },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1536, horizon: 40 },
      evaluation: { particles: 1024, longSteps: 200, longParticles: 1024 },
    },
    full: {
      training: {
        rounds: 12,
        iterations: 500,
        densities: 40,
        particles: 2048,
        horizon: 40,
        averaging: 0.998,
      },
      evaluation: { particles: 4096, context: 2048, contexts: [128, 256, 512, 1024, 2048, 4096, 8192] },
    },
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
    // Followed for a hundred steps: a step that is refused close to the steady state asks all particles.
    gaussianLaw({ stiffness, diffusion, particles: evaluation.longParticles }),
    productLaw({ stiffness: 1, diffusion }),
    speedSuite([gaussianSteps({ stiffness: 1, diffusion }), productSteps({ stiffness: 1, diffusion })]),
    trustSuite({ stiffness: 1, diffusion }),
    dissipationSuite({ steps: 10, steady }),
    stationarySuite({ steady }),
    ...(evaluation.contexts.length === 0 ? [] : [contextSuite({ stiffness, diffusion, steps: 10 })]),
  ],
  expected: {
    quick: {
      "gaussians.operator.uvp.1.median": {
        max: 0.02,
        reason: "a third of explicit Euler with the exact score",
      },
      "gaussians.operator.uvp.10.median": {
        max: 0.25,
        reason: "near the sampling floor of 512 context particles",
      },
      "gaussians.operator.uvp.100.median": { max: 0.6, reason: "the roll-out must not drift" },
      "products.operator.uvp.1.median": { max: 0.04, reason: "three quarters of the error before training" },
      "trust.coverage": { min: 0.95, reason: "an error bar that does not hold is none" },
      "trust.efficiency.median": { max: 5, reason: "a bar far above the error says little" },
      "dissipation.steadyMotion": { max: 1e-5, reason: "the operator is well balanced" },
    },
    full: {
      "gaussians.operator.uvp.1.median": {
        max: 0.006,
        reason: "a tenth of explicit Euler with the exact score",
      },
      "gaussians.operator.uvp.1.max": { max: 0.08, reason: "a thirtieth of explicit Euler's worst case" },
      "gaussians.operator.uvp.10.median": { max: 0.04, reason: "below the error of the time step" },
      "gaussians.operator.uvp.10.max": { max: 0.12, reason: "below the error of the time step" },
      "gaussians.operator.uvp.100.median": { max: 0.05, reason: "the roll-out must not drift" },
      "gaussians.operator.uvp.100.max": { max: 0.12, reason: "the roll-out must not drift" },
      "products.operator.uvp.1.median": { max: 0.02, reason: "half of the error before training" },
      "products.operator.uvp.10.max": { max: 0.2, reason: "a third of the error before training" },
      "stationary.mean": { max: 1, reason: "five hundred steps on, in % of a standard deviation" },
      "stationary.covariance": { max: 1, reason: "five hundred steps on, in %" },
      "stationary.kl.max": { max: 0.01, reason: "the steady state is reached and kept" },
      "stationary.farthest": { max: 2, reason: "no particle is lost" },
      "stationary.folded": { max: 0, reason: "a transport map does not fold" },
      "context.operator.8192.median": { max: 0.08, reason: "twice the sampling floor of 2,048 particles" },
      "trust.coverage": { min: 0.95, reason: "an error bar that does not hold is none" },
      "trust.efficiency.median": { max: 5, reason: "a bar far above the error says little" },
      "dissipation.folded": { max: 0, reason: "a transport map does not fold" },
      "dissipation.rises": { max: 0, reason: "a JKO step does not raise the energy" },
      "dissipation.steadyMotion": { max: 1e-5, reason: "the operator is well balanced" },
    },
  },
});
