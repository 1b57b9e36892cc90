import { barenblattLaw, bumpFamily, definePipeline, dissipationSuite, porousMedium } from "learn-to-evolve";

const exponent = 2;

export default definePipeline({
  name: "porous-medium-2d",
  title: "The porous medium equation in the plane",
  summary:
    "One network learns the JKO step of ∂ₜρ = Δρ² in the plane from superpositions of one to three bumps of compact support, by " +
    "minimising the JKO objective itself. It is then held against Barenblatt's self-similar solutions, whose JKO steps are known in " +
    "closed form.",
  trains: true,
  settings: { tau: 0.05, evaluation: { densities: 32, steps: [1, 10, 50] } },
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
    flow: porousMedium({ dimension: 2, exponent, tau }),
    family: bumpFamily({
      dimension: 2,
      components: [1, 3],
      reach: 1.2,
      radii: [0.45, 1.6],
      powers: { favourite: 1 / (exponent - 1), range: [0.3, 3] },
    }),
  }),
  evaluations: () => [barenblattLaw({ exponent }), dissipationSuite({ steps: 10 })],
  expected: {},
});
