import { anisotropicProblem, definePipeline, landau, largeStepSuite, singletonFamily } from "learn-to-evolve";

const { initial, equilibrium, constant, exponent } = anisotropicProblem({
  variances: [1.8, 0.2, 1],
  constant: 1 / 24,
});
const law = {
  initial,
  from: 0,
  equilibrium,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({ dimension: initial.dimension, constant, exponent, ...options }),
};

const counts = [160, 500, 2000];
const tame = (count: number) => ({
  [`large.linearOverExact.4.${count}`]: {
    min: 10,
    reason: "with the exact log-determinant a minimiser holds back where an explicit step overshoots",
  },
  [`large.exact.folds.4.${count}`]: {
    max: 0,
    reason: "the logarithm of the determinant is a barrier against folds",
  },
});

export default definePipeline({
  name: "landau-large-steps",
  title: "Collisions by large steps",
  summary:
    "The homogeneous Landau equation for Maxwell's molecules in space from an anisotropic Gaussian, by steps of up to the relaxation time: how much " +
    "energy JKO steps with the exact and with the linear log-determinant and explicit steps by score matching add, which the equation keeps.",
  trains: false,
  settings: {
    tau: 0.5,
    parameters: { finalTime: 8, sizes: 3, halvings: 3, seeds: 5, iterations: 100 },
  },
  presets: {
    smoke: { parameters: { sizes: 1, halvings: 1, seeds: 1, iterations: 60 } },
    quick: { parameters: { seeds: 3 } },
    paper: { parameters: { seeds: 10 } },
  },
  problem: ({ tau }) => ({
    flow: law.flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "an anisotropic Gaussian", measure: initial }),
  }),
  evaluations: ({ parameters }) => [
    largeStepSuite({
      law,
      finalTime: parameters.finalTime,
      taus: Array.from({ length: parameters.halvings + 1 }, (_, k) => 4 / 2 ** (parameters.halvings - k)),
      counts: counts.slice(0, parameters.sizes),
      seeds: parameters.seeds,
      iterations: parameters.iterations,
    }),
  ],
  expected: {
    smoke: tame(160),
    quick: { ...tame(160), ...tame(500), ...tame(2000) },
    paper: { ...tame(160), ...tame(500), ...tame(2000) },
  },
});
