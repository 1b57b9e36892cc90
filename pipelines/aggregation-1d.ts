import {
  aggregation,
  definePipeline,
  dissipationSuite,
  gaussianMixtureFamily,
  powerInteraction,
  quantileLaw,
} from "learn-to-evolve";

/** `W(x) = x²/2 − |x|`: quadratic attraction and Newton's repulsion on the line. */
const interaction = powerInteraction({
  terms: [
    { coefficient: 1, power: 2 },
    { coefficient: -1, power: 1 },
  ],
});

export default definePipeline({
  name: "aggregation-1d",
  title: "Newtonian repulsion on the line",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∂ₓ(ρ ∂ₓ(W∗ρ)) with W = x²/2 − |x|, whose steady states are uniform on intervals of length " +
    "two, from mixtures of one to three Gaussians. Exact JKO steps of any density come from Newton's method on quantiles.",
  trains: true,
  settings: {
    tau: 0.1,
    architecture: { hidden: 32, code: 32 },
    evaluation: { densities: 32, steps: [1, 10] },
  },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 2, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1024, horizon: 20 },
      evaluation: { particles: 1024 },
    },
    full: {
      training: {
        rounds: 10,
        iterations: 400,
        densities: 40,
        particles: 2048,
        horizon: 40,
        averaging: 0.998,
      },
      evaluation: { particles: 4096, context: 2048 },
    },
  },
  problem: ({ tau }) => ({
    flow: aggregation({ dimension: 1, interaction, tau }),
    family: gaussianMixtureFamily({ dimension: 1, components: [1, 3], reach: 2, deviations: [0.25, 0.8] }),
  }),
  evaluations: () => [quantileLaw({ intervals: 256 }), dissipationSuite({ steps: 10 })],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "line.operator.uvp.10.median": {
          max: 0.1,
          reason: "the quantile solver's own step, to a tenth of a percent",
        },
        "line.drift": { max: 1e-6, reason: "no inner force moves the centre of mass" },
        "dissipation.folded": { max: 0, reason: "a transport map does not fold" },
      },
    ]),
  ),
});
