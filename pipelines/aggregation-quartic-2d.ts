import {
  aggregation,
  bumpFamily,
  definePipeline,
  dissipationSuite,
  powerInteraction,
  quarticLaw,
} from "learn-to-evolve";

export default definePipeline({
  name: "aggregation-quartic-2d",
  title: "Quartic attraction and quadratic repulsion in the plane",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∇·(ρ∇(W*ρ)) with W(z) = |z|⁴/4 − |z|²/2 in the plane from superpositions of one to three " +
    "bumps. All mass gathers on a circle of radius 1/√3; steps of the particles are known exactly from their moments.",
  trains: true,
  settings: { tau: 0.1, evaluation: { densities: 32, steps: [1, 10, 200] } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1536, horizon: 40 },
      evaluation: { particles: 1024, context: 1024 },
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
      evaluation: { particles: 4096, context: 4096 },
    },
  },
  problem: ({ tau }) => ({
    flow: aggregation({
      dimension: 2,
      interaction: powerInteraction({
        terms: [
          { coefficient: 1, power: 4 },
          { coefficient: -1, power: 2 },
        ],
      }),
      tau,
    }),
    family: bumpFamily({
      dimension: 2,
      components: [1, 3],
      reach: 1.5,
      radii: [0.4, 2],
      powers: { favourite: 0.5, range: [0.1, 3] },
    }),
  }),
  evaluations: () => [quarticLaw(), dissipationSuite({ steps: 10 })],
  expected: {
    quick: {
      "quartic.operator.uvp.10.median": { max: 0.2, reason: "ten steps" },
      "quartic.operator.uvp.10.max": { max: 0.5, reason: "ten steps" },
      "quartic.drift": { max: 1e-6, reason: "forces between particles do not move their centre" },
      "quartic.folded": { max: 0, reason: "a transport map does not fold" },
      "quartic.operator.radius.200.max": { max: 0.05, reason: "the circle is of radius 1/√3" },
    },
    full: {
      "quartic.operator.uvp.10.median": { max: 0.2, reason: "ten steps" },
      "quartic.operator.uvp.10.max": { max: 0.5, reason: "ten steps" },
      "quartic.drift": { max: 1e-6, reason: "forces between particles do not move their centre" },
      "quartic.folded": { max: 0, reason: "a transport map does not fold" },
      "quartic.operator.radius.200.max": { max: 0.05, reason: "the circle is of radius 1/√3" },
    },
  },
});
