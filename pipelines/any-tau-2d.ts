import {
  atConditions,
  definePipeline,
  dissipationSuite,
  fokkerPlanck,
  gaussian,
  gaussianLaw,
  gaussianMixtureFamily,
  identity,
  productLaw,
  quadraticPotential,
} from "learn-to-evolve";

const stiffness = identity(2);
const diffusion = 1;

/** Inside the range that is learned, at its ends, and beyond them. */
const taus = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3];

/** How many steps lead to time 1. */
const toTimeOne = (tau: number) => Math.round(1 / tau);

export default definePipeline({
  name: "any-tau-2d",
  title: "One network for all steps",
  summary:
    "One network learns the JKO steps of ∂ₜρ = ∇·(xρ) + Δρ in the plane for every step size between 0.02 and 0.2. It is then held " +
    "against exact JKO steps at sizes inside that range and modestly outside, after one step, at time 1, and after fifty steps.",
  trains: true,
  settings: { tau: 0.1, training: { ranges: { tau: [0.02, 0.2] } }, evaluation: { densities: 32 } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512 },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1536, horizon: 40 },
      evaluation: { particles: 1024 },
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
      evaluation: { densities: 200, particles: 2048, context: 2048 },
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
    ...taus.flatMap((tau) => {
      const steps = [1, toTimeOne(tau)];
      return [
        atConditions({ tau }, gaussianLaw({ stiffness, diffusion }), {
          steps: [...new Set([...steps, 50])].sort((a, b) => a - b),
        }),
        // Their exact chains are solved, not known: enough of them for a median.
        atConditions({ tau }, productLaw({ stiffness: 1, diffusion }), {
          steps,
          densities: Math.min(32, evaluation.densities),
        }),
      ];
    }),
    dissipationSuite({ steps: 10, steady: gaussian({ mean: [0, 0], covariance: identity(2) }) }),
  ],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      Object.fromEntries(
        taus.flatMap((tau) => [
          [`tau${tau}.gaussians.folded`, { max: 0, reason: "a transport map does not fold" }],
          [`tau${tau}.products.folded`, { max: 0, reason: "a transport map does not fold" }],
          [
            `tau${tau}.products.operator.uvp.${toTimeOne(tau)}.median`,
            {
              max: preset === "full" ? 0.1 : 0.15,
              reason: "at time 1 errors hardly depend on the step, in %",
            },
          ],
        ]),
      ),
    ]),
  ),
});
