import {
  definePipeline,
  gaussianMixture,
  identity,
  kineticEquilibrium,
  kineticFokkerPlanck,
  phaseSpace,
  relaxationSuite,
  ripplePotential,
  rotatedProduct,
  singletonFamily,
  tabulatedLine,
} from "learn-to-evolve";

const space = phaseSpace({ positions: 1, velocities: 1, period: 1 });
const temperature = 1;
/** `½ sin 2πx`. */
const potential = ripplePotential({
  dimension: 1,
  stiffness: 0,
  amplitude: 0.5,
  wavenumber: 2 * Math.PI,
  phase: Math.PI / 2,
});
/** `(1 + ½ cos 2πx)` times a mixture of two Gaussians in the velocity. */
const initial = rotatedProduct({
  factors: [
    tabulatedLine({
      logDensity: (x) => Math.log1p(0.5 * Math.cos(2 * Math.PI * x)),
      score: (x) => (-Math.PI * Math.sin(2 * Math.PI * x)) / (1 + 0.5 * Math.cos(2 * Math.PI * x)),
      interval: [0, 1],
    }),
    gaussianMixture({ weights: [0.5, 0.5], means: [[-1.5], [1.5]], deviations: [1, 1] }),
  ],
  rotation: identity(2),
});
const flowOf = (tau: number) =>
  kineticFokkerPlanck({
    space,
    potential,
    scheme: "verlet",
    strength: 1,
    temperature,
    tau,
    logDeterminant: "exact",
  });

export default definePipeline({
  name: "kinetic-periodic",
  title: "A kinetic equation on the torus",
  summary:
    "The kinetic Fokker–Planck equation with positions on a torus of length 1 and the potential ½ sin 2πx, from two streams with a " +
    "wave in space: relative entropy to the equilibrium in time, marginals against quadrature, Langevin dynamics beside them.",
  trains: false,
  settings: {
    tau: 0.02,
    parameters: { finalTime: 4, iterations: 60, references: 200_000 },
    evaluation: { particles: 60_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.1, iterations: 10, references: 4000 },
      evaluation: { particles: 1000 },
    },
    quick: { parameters: { references: 100_000 }, evaluation: { particles: 10_000 } },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: flowOf(tau),
    family: singletonFamily({ name: "two streams and a wave", measure: initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    relaxationSuite({
      flow: flowOf(tau),
      initial,
      equilibrium: kineticEquilibrium({ space, potential, temperature }),
      steps: Math.round(parameters.finalTime / tau),
      particles: evaluation.particles,
      network: {
        optimizer: "lbfgs",
        hidden: [32, 32],
        iterations: parameters.iterations,
      },
      reference: { particles: parameters.references, substeps: 2 },
      window: { positions: [0, 1], velocities: [-4.3, 4.3], bins: 80 },
      straight: [0.03, 0.7],
    }),
  ],
  expected: {
    smoke: {
      "relaxation.jko.klEnd": { max: 0.74, reason: "it falls from the first step on" },
    },
    quick: {
      "relaxation.jko.totalVariation.max": {
        max: 0.06,
        reason: "twice what 10,000 independent samples show",
      },
    },
    paper: {
      "relaxation.jko.fall": { min: 50, reason: "the equilibrium attracts exponentially" },
      "relaxation.rateRatio": {
        min: 0.85,
        max: 1.1,
        reason: "the rate of the equation, by Langevin dynamics",
      },
      "relaxation.jko.determination": { min: 0.98, reason: "the decay is exponential" },
      "relaxation.jko.totalVariation.max": {
        max: 0.03,
        reason: "the steady state of the scheme is that of the equation",
      },
    },
  },
});
