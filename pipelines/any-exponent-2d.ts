import {
  atConditions,
  barenblattLaw,
  bumpFamily,
  definePipeline,
  dissipationSuite,
  flowFamily,
  porousMedium,
} from "learn-to-evolve";

/** Inside the range that is learned, at its ends, and beyond it. */
const exponents = [1.5, 2, 2.5, 3, 4, 5];

export default definePipeline({
  name: "any-exponent-2d",
  title: "One network for all porous medium equations",
  summary:
    "One network learns the JKO steps of ∂ₜρ = Δρᵐ in the plane for every exponent between 1.5 and 4 from superpositions of one to three " +
    "bumps of compact support. It is then held against Barenblatt's self-similar solutions of each equation, whose JKO steps are known " +
    "in closed form, also for one exponent beyond that range.",
  trains: true,
  settings: {
    tau: 0.05,
    parameters: { exponent: 2 },
    training: { ranges: { exponent: [1.5, 4] } },
    evaluation: { densities: 32, steps: [1, 10, 50] },
  },
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
  problem: ({ tau, parameters: { exponent } }) => ({
    flow: flowFamily({ exponent }, (own) => porousMedium({ dimension: 2, exponent: own.exponent, tau })),
    family: bumpFamily({
      dimension: 2,
      components: [1, 3],
      reach: 1.2,
      radii: [0.45, 1.6],
      powers: { favourite: 1, range: [0.3, 3] },
    }),
  }),
  evaluations: () => [
    ...exponents.map((exponent) => atConditions({ exponent }, barenblattLaw({ exponent }))),
    dissipationSuite({ steps: 10 }),
  ],
  expected: {
    quick: Object.fromEntries(
      [2, 2.5, 3].flatMap((exponent) => [
        [
          `exponent${exponent}.barenblatt.operator.uvp.10.median`,
          { max: 0.3, reason: "twice what is asked of a network for one exponent" },
        ],
        [`exponent${exponent}.barenblatt.folded`, { max: 0, reason: "a transport map does not fold" }],
      ]),
    ),
  },
});
