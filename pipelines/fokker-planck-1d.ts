import {
  comparisonSuite,
  definePipeline,
  dissipationSuite,
  fokkerPlanck,
  gaussian,
  gaussianLaw,
  gaussianMixtureFamily,
  productLaw,
  quadraticPotential,
  trustSuite,
} from "learn-to-evolve";

const stiffness = [[1]];
const diffusion = 1;

export default definePipeline({
  name: "fokker-planck-1d",
  title: "Ornstein–Uhlenbeck on the line",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∂ₓ(xρ) + ∂ₓₓρ on the line from mixtures of one to three Gaussians, by minimising " +
    "the JKO objective itself. On the line the exact JKO step of any density is known to ten digits by Newton's method on quantiles.",
  trains: true,
  settings: { tau: 0.1, architecture: { hidden: 32, code: 32 } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512, steps: [1, 3], perStepDensities: 1, perStepSteps: 1 },
    },
    quick: {
      training: { rounds: 8, iterations: 140, densities: 32, particles: 1024, horizon: 20 },
      evaluation: { particles: 1024 },
    },
    full: {
      training: { rounds: 8, iterations: 400, densities: 48, particles: 2048, horizon: 40, averaging: 0.998 },
      evaluation: { particles: 4096, context: 2048 },
    },
  },
  problem: ({ tau }) => ({
    flow: fokkerPlanck({
      dimension: 1,
      potential: quadraticPotential({ matrix: stiffness }),
      diffusion,
      tau,
    }),
    family: gaussianMixtureFamily({ dimension: 1, components: [1, 3], reach: 2.5, deviations: [0.3, 0.8] }),
  }),
  evaluations: ({ evaluation }) => [
    comparisonSuite({
      stiffness,
      diffusion,
      showcase: { weights: [0.35, 0.4, 0.25], means: [[-2], [0.3], [2.2]], deviations: [0.3, 0.4, 0.3] },
      showcaseSteps: Math.min(20, 5 * evaluation.perStepSteps),
    }),
    gaussianLaw({ stiffness, diffusion }),
    productLaw({ stiffness: 1, diffusion }),
    trustSuite({ stiffness: 1, diffusion }),
    dissipationSuite({ steps: 10, steady: gaussian({ mean: [0], covariance: [[1]] }) }),
  ],
  expected: {
    full: {
      "gaussians.operator.uvp.10.median": {
        max: 0.1,
        reason: "close enough that the time step is the larger error",
      },
      "products.operator.uvp.10.median": {
        max: 0.1,
        reason: "the quantile solver's own step, to a tenth of a percent",
      },
      "dissipation.folded": { max: 0, reason: "a transport map does not fold" },
      "dissipation.rises": { max: 0, reason: "a JKO step does not raise the energy" },
      "dissipation.steadyMotion": { max: 1e-5, reason: "the operator is well balanced" },
    },
  },
});
