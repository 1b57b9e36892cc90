import {
  definePipeline,
  gaussian,
  keyFrom,
  landau,
  landauBlob,
  landauNetworkMethods,
  landauTimeSuite,
  rosenbluthProblem,
  shell,
  singletonFamily,
} from "learn-to-evolve";

const problem = rosenbluthProblem();
const { exponent, mass } = problem;
// Velocities in units of the thermal speed, in which networks see numbers of order one. Time keeps its unit: C has that of time⁻¹ mass⁻¹ speed³.
const unit = Math.sqrt(problem.equilibrium.covariance[0][0]);
const constant = problem.constant / unit ** 3;
const initial = shell({ radius: problem.initial.radius / unit, deviation: problem.initial.deviation / unit });
const equilibrium = gaussian({
  mean: [0, 0, 0],
  covariance: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
});
// 3 % of the width of the density: closer pairs have no digits in float32.
const softening = 0.03;
const lawOf = (batch: number) => ({
  initial,
  from: 0,
  equilibrium,
  initialEntropy: -initial.entropy,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({
      dimension: 3,
      constant,
      exponent,
      mass,
      softening,
      batches: { size: batch, key: keyFrom(1) },
      ...options,
    }),
});
const axis = { low: -4, high: 4, cells: 80 };
const window = { axes: [axis, axis, { low: -0.05, high: 0.05, cells: 1 }], deviation: 0.3 };

const laws = Object.fromEntries(
  ["exact", "linear", "score"].flatMap((id) => [
    [`rosenbluth.${id}.rises`, { max: 0, reason: "entropy falls in every step" }],
    [
      `rosenbluth.${id}.heatMismatch`,
      { max: 1e-12, reason: "a step adds τ² E|U|² to the energy, to round-off" },
    ],
    [`rosenbluth.${id}.momentum`, { max: 1e-12, reason: "momentum is kept to round-off" }],
  ]),
);
const stable = {
  "rosenbluthLarge.exact.rises": { max: 0, reason: "entropy falls in steps that are ten times as long, too" },
  "rosenbluthLarge.exact.smallestDeterminant": {
    min: 0,
    reason: "the logarithm of the determinant is a barrier against folds",
  },
};

export default definePipeline({
  name: "landau-rosenbluth-3d",
  title: "Rosenbluth's shell under Coulomb's force",
  summary:
    "The homogeneous Landau equation for Coulomb's force in space, from Rosenbluth's shell, which fills and relaxes to a Maxwellian: JKO steps with " +
    "either log-determinant and score matching by networks, the blob method with as many particles, and steps that are ten times as long.",
  trains: false,
  settings: {
    tau: 0.2,
    parameters: {
      finalTime: 20,
      batch: 640,
      meeting: 1280,
      passes: 3,
      rate: 1e-4,
      initialIterations: 4000,
      blob: 1,
    },
    evaluation: { particles: 64_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 4, batch: 100, meeting: 100, passes: 1, initialIterations: 50 },
      tau: 1,
      evaluation: { particles: 200 },
    },
    quick: {
      tau: 1,
      parameters: { finalTime: 60, batch: 400, meeting: 800, rate: 5e-4, initialIterations: 2000 },
      evaluation: { particles: 1600 },
    },
    // A step of the blob method with 64,000 particles takes minutes.
    paper: { parameters: { blob: 0 } },
  },
  problem: ({ tau, parameters }) => ({
    flow: lawOf(parameters.meeting).flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "a shell", measure: initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => {
    const { finalTime, batch, passes, rate } = parameters;
    const law = lawOf(parameters.meeting);
    const network = {
      hidden: [32, 32, 32],
      residual: true,
      rate,
      batch,
      passes,
      initial: { iterations: parameters.initialIterations, rate: 0.01 },
    } as const;
    const common = { law, particles: evaluation.particles, window };
    const notes = [
      `Where they are moved, particles meet in random batches of ${parameters.meeting}, drawn anew in every step; Coulomb's force is softened below ` +
        `the speed ${softening}. Speeds are in units of the thermal one, ${unit.toPrecision(4)}; the mass is ${mass.toPrecision(3)}.`,
    ];
    return [
      landauTimeSuite({
        ...common,
        suite: "rosenbluth",
        title: "JKO, score matching and blob in time",
        tau,
        steps: Math.round(finalTime / tau),
        methods: [
          ...landauNetworkMethods(law, network),
          ...(parameters.blob > 0 ? [landauBlob({ epsilon: 0.25 })] : []),
        ],
        times: [0, 0.25, 0.5, 1].map((part) => part * finalTime),
        notes,
      }),
      landauTimeSuite({
        ...common,
        suite: "rosenbluthLarge",
        title: "Steps that are ten times as long",
        tau: 10 * tau,
        steps: Math.max(1, Math.round(finalTime / (10 * tau))),
        methods: landauNetworkMethods(law, { ...network, passes: 10 * passes }),
        times: [0, finalTime],
        notes: [...notes, "Every step makes ten times as many iterations."],
      }),
    ];
  },
  expected: {
    smoke: {
      "rosenbluth.exact.momentum": { max: 1e-12, reason: "momentum is kept to round-off" },
      "rosenbluth.exact.heatMismatch": {
        max: 1e-12,
        reason: "a step adds τ² E|U|² to the energy, to round-off",
      },
    },
    quick: { ...laws, ...stable },
    paper: { ...laws, ...stable },
  },
});
