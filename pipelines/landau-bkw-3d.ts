import {
  bkwSolution,
  definePipeline,
  landau,
  landauBlob,
  landauNetworkMethods,
  landauOracle,
  landauTimeSuite,
  maxwellian,
  singletonFamily,
} from "learn-to-evolve";

// The solution is a density from t = 6 log(5/2) = 5.498 on.
const [from, constant] = [5.5, 1 / 24];
const solution = bkwSolution({ dimension: 3, constant, amplitude: 1 });
const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const law = {
  initial: solution.at(from),
  from,
  equilibrium: maxwellian({ mean: [0, 0, 0], covariance: identity }),
  exact: solution,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({ dimension: 3, constant, exponent: 0, ...options }),
};
const axis = { low: -4, high: 4, cells: 80 };

const laws = Object.fromEntries(
  ["exact", "linear"].flatMap((id) => [
    [`bkw3d.${id}.rises`, { max: 0, reason: "entropy falls in every step" }],
    [`bkw3d.${id}.uncertified`, { max: 0, reason: "every step lowers its objective below L(0)" }],
    [`bkw3d.${id}.heatMismatch`, { max: 1e-12, reason: "a step adds τ² E|U|² to the energy, to round-off" }],
    [`bkw3d.${id}.momentum`, { max: 1e-12, reason: "momentum is kept to round-off" }],
    [`bkw3d.${id}.heatOverExact`, { max: 1.6, reason: "errors of the learned scores add to the velocities" }],
  ]),
);

export default definePipeline({
  name: "landau-bkw-3d",
  title: "Maxwell's molecules in space",
  summary:
    "The homogeneous Landau equation for Maxwell's molecules from the solution of Bobylev, Krook and Wu in space, as soon as it is a density: JKO " +
    "steps with either log-determinant and score matching by networks, and the blob method with as many particles.",
  trains: false,
  settings: {
    tau: 0.01,
    parameters: {
      finalTime: 7.5,
      batch: 640,
      passes: 5,
      rate: 1e-4,
      initialIterations: 4000,
      deviation: 0.15,
      blob: 1,
    },
    evaluation: { particles: 64_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 5.53, batch: 100, passes: 2, initialIterations: 100 },
      evaluation: { particles: 400 },
    },
    quick: {
      tau: 0.02,
      parameters: { finalTime: 6, initialIterations: 2000, deviation: 0.3 },
      evaluation: { particles: 6400 },
    },
    // A step of the blob method with 64,000 particles takes minutes.
    paper: { parameters: { blob: 0 } },
  },
  problem: ({ tau }) => ({
    flow: law.flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "Bobylev, Krook and Wu", measure: law.initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    landauTimeSuite({
      suite: "bkw3d",
      title: "JKO, score matching and blob in time",
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
        ...(parameters.blob > 0 ? [landauBlob()] : []),
      ],
      times: [5.5, 5.75, 6, 6.5, 7, 7.5].filter((time) => time <= parameters.finalTime + 1e-9),
      window: { axes: [axis, axis, { low: -0.05, high: 0.05, cells: 1 }], deviation: parameters.deviation },
    }),
  ],
  expected: {
    smoke: {
      "bkw3d.oracle.heatMismatch": { max: 1e-12, reason: "a step adds τ² E|U|² to the energy, to round-off" },
      "bkw3d.oracle.momentum": { max: 1e-12, reason: "momentum is kept to round-off" },
    },
    quick: {
      ...laws,
      "bkw3d.exact.besideBlob.6": { max: 0.1, reason: "two methods from the same particles agree" },
      "bkw3d.exact.carried.6": {
        max: 0.05,
        reason: "a tenth of the particles of the preset paper, a quarter of the time",
      },
    },
    paper: {
      ...laws,
      "bkw3d.exact.carried.6.5": { max: 0.05, reason: "errors of the learned scores add up in time" },
      "bkw3d.exact.carried.7.5": {
        max: 0.085,
        reason: "two hundred steps of them; score matching, from the same networks, ends no lower",
      },
      "bkw3d.exact.entropyError": { max: 4e-3, reason: "the entropy follows the solution's" },
      "bkw3d.exact.overFloor.7.5": {
        max: 1.1,
        reason: "smoothed particles are as good as independent samples",
      },
    },
  },
});
