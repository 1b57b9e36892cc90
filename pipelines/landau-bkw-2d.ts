import {
  bkwSolution,
  definePipeline,
  landau,
  landauNetworkMethods,
  landauOracle,
  landauTimeSuite,
  maxwellian,
  singletonFamily,
} from "learn-to-evolve";

const [from, constant] = [1, 1 / 16];
const solution = bkwSolution({ dimension: 2, constant, amplitude: 0.5 });
const identity = [
  [1, 0],
  [0, 1],
];
const law = {
  initial: solution.at(from),
  from,
  equilibrium: maxwellian({ mean: [0, 0], covariance: identity }),
  exact: solution,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({ dimension: 2, constant, exponent: 0, ...options }),
};

const laws = Object.fromEntries(
  ["exact", "linear", "score"].flatMap((id) => [
    [`bkw.${id}.rises`, { max: 0, reason: "entropy falls in every step" }],
    [`bkw.${id}.uncertified`, { max: 0, reason: "every step lowers its objective below L(0)" }],
    [`bkw.${id}.heatMismatch`, { max: 1e-12, reason: "a step adds τ² E|U|² to the energy, to round-off" }],
    [`bkw.${id}.momentum`, { max: 1e-12, reason: "momentum is kept to round-off" }],
    [`bkw.${id}.heat`, { max: 3e-5, reason: "1.4 times what steps with the exact score add until t = 2.5" }],
  ]),
);

export default definePipeline({
  name: "landau-bkw-2d",
  title: "Maxwell's molecules in the plane",
  summary:
    "The homogeneous Landau equation for Maxwell's molecules from the solution of Bobylev, Krook and Wu at t = 1: JKO steps with either " +
    "log-determinant and score matching, the same network and the same iterations, against the exact density, score and entropy.",
  trains: false,
  settings: {
    tau: 0.01,
    parameters: { finalTime: 2.5, batch: 1280, passes: 3, rate: 1e-4, initialIterations: 4000 },
    evaluation: { particles: 25_600 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 1.04, batch: 250, initialIterations: 200 },
      evaluation: { particles: 1000 },
    },
    quick: { parameters: { finalTime: 2, batch: 640 }, evaluation: { particles: 6400 } },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: law.flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "Bobylev, Krook and Wu", measure: law.initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    landauTimeSuite({
      suite: "bkw",
      title: "JKO and score matching in time",
      law,
      tau,
      steps: Math.round((parameters.finalTime - from) / tau),
      particles: evaluation.particles,
      methods: [
        ...landauNetworkMethods(law, {
          hidden: [32, 32, 32, 32],
          rate: parameters.rate,
          batch: parameters.batch,
          passes: parameters.passes,
          initial: { iterations: parameters.initialIterations, rate: 0.01 },
        }),
        landauOracle(solution, from),
      ],
      times: [1, 1.25, 1.5, 2, 2.5].filter((time) => time <= parameters.finalTime + 1e-9),
      window: {
        axes: [
          { low: -4, high: 4, cells: 100 },
          { low: -4, high: 4, cells: 100 },
        ],
        deviation: 0.15,
      },
    }),
  ],
  expected: {
    smoke: {
      "bkw.oracle.rises": { max: 0, reason: "entropy falls along the exact score" },
      "bkw.exact.momentum": { max: 1e-12, reason: "momentum is kept to round-off" },
      "bkw.exact.heatMismatch": { max: 1e-12, reason: "a step adds τ² E|U|² to the energy, to round-off" },
    },
    quick: {
      ...laws,
      "bkw.exact.carried.1.5": { max: 0.02, reason: "a quarter of the particles of the preset paper" },
      "bkw.exact.carried.2": { max: 0.045, reason: "a quarter of the particles of the preset paper" },
      "bkw.exact.overFloor.2": { max: 1.1, reason: "smoothed particles are as good as independent samples" },
    },
    paper: {
      ...laws,
      ...Object.fromEntries(
        ["exact", "linear", "score"].flatMap((id) => [
          [`bkw.${id}.carried.1.5`, { max: 0.015, reason: "errors of the learned scores add up in time" }],
          [`bkw.${id}.carried.2`, { max: 0.035, reason: "errors of the learned scores add up in time" }],
          [`bkw.${id}.carried.2.5`, { max: 0.05, reason: "errors of the learned scores add up in time" }],
          [
            `bkw.${id}.score`,
            { max: 5e-3, reason: "but for what collisions do not see, the score is learned" },
          ],
          [`bkw.${id}.entropyError`, { max: 3e-3, reason: "the entropy follows the solution's" }],
          [
            `bkw.${id}.overFloor.2.5`,
            { max: 1.1, reason: "smoothed particles are as good as independent samples" },
          ],
        ]),
      ),
    },
  },
});
