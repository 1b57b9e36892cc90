import {
  aggregation,
  bumpFamily,
  definePipeline,
  dissipationSuite,
  ellipseLaw,
  powerInteraction,
} from "learn-to-evolve";

export default definePipeline({
  name: "aggregation-2d",
  title: "Attraction and Newtonian repulsion in the plane",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∇·(ρ∇(W*ρ)) with W(z) = |z|²/2 − log|z| in the plane from superpositions of one to three " +
    "bumps. It is then held against discs and ellipses of constant density, whose JKO steps are known in closed form; all end in the unit disc.",
  trains: true,
  settings: { tau: 0.1, evaluation: { densities: 32, steps: [1, 10, 50] } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512, steps: [1, 3] },
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
      evaluation: { particles: 4096, context: 2048 },
    },
  },
  problem: ({ tau }) => ({
    flow: aggregation({
      dimension: 2,
      interaction: powerInteraction({
        terms: [
          { coefficient: 1, power: 2 },
          { coefficient: -1, power: 0 },
        ],
      }),
      tau,
    }),
    family: bumpFamily({
      dimension: 2,
      components: [1, 3],
      reach: 1,
      radii: [0.4, 2],
      powers: { favourite: 0.5, range: [0.1, 3] },
    }),
  }),
  evaluations: () => [ellipseLaw(), dissipationSuite({ steps: 10 })],
  expected: {
    quick: {
      "ellipses.operator.uvp.1.median": { max: 0.02, reason: "one step" },
      "ellipses.operator.uvp.1.max": { max: 0.1, reason: "one step" },
      "ellipses.operator.uvp.10.median": { max: 0.3, reason: "ten steps" },
      "ellipses.operator.uvp.10.max": { max: 0.7, reason: "ten steps" },
      "ellipses.operator.uvp.50.median": { max: 0.6, reason: "the roll-out must not drift" },
      "ellipses.operator.uvp.50.max": { max: 0.8, reason: "the roll-out must not drift" },
      "ellipses.drift": { max: 1e-6, reason: "forces between particles do not move their centre" },
      "ellipses.folded": { max: 0, reason: "a transport map does not fold" },
    },
    full: {
      "ellipses.operator.uvp.1.median": { max: 0.006, reason: "one step" },
      "ellipses.operator.uvp.1.max": { max: 0.04, reason: "one step" },
      "ellipses.operator.uvp.10.median": { max: 0.1, reason: "ten steps" },
      "ellipses.operator.uvp.10.max": { max: 0.25, reason: "ten steps" },
      "ellipses.operator.uvp.50.median": { max: 0.2, reason: "the roll-out must not drift" },
      "ellipses.operator.uvp.50.max": { max: 0.3, reason: "the roll-out must not drift" },
      "ellipses.drift": { max: 1e-6, reason: "forces between particles do not move their centre" },
      "ellipses.folded": { max: 0, reason: "a transport map does not fold" },
    },
  },
});
