import {
  definePipeline,
  gaussian,
  kineticEquilibrium,
  kineticFokkerPlanck,
  phaseSpace,
  relaxationSuite,
  ripplePotential,
  singletonFamily,
} from "learn-to-evolve";

const space = phaseSpace({ positions: 1, velocities: 1 });
const potential = ripplePotential({ dimension: 1, stiffness: 1, amplitude: 0.5, wavenumber: 2, phase: 0 });
const temperature = 1;
const initial = gaussian({
  mean: [2, 0],
  covariance: [
    [0.25, 0],
    [0, 0.25],
  ],
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
  name: "kinetic-equilibrium",
  title: "A kinetic equation relaxing in a rippled well",
  summary:
    "The kinetic Fokker–Planck equation in the potential x²/2 + ½cos 2x from a Gaussian off the centre: relative entropy to the " +
    "equilibrium e^{−V(x)−v²/2} in time, marginals against quadrature, Langevin dynamics beside them.",
  trains: false,
  settings: {
    tau: 0.1,
    parameters: { finalTime: 10, iterations: 50, firstIterations: 300, rate: 1e-3, references: 200_000 },
    evaluation: { particles: 40_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.5, iterations: 10, firstIterations: 20, references: 4000 },
      evaluation: { particles: 1000 },
    },
    quick: { parameters: { references: 100_000 }, evaluation: { particles: 10_000 } },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: flowOf(tau),
    family: singletonFamily({ name: "one Gaussian", measure: initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    relaxationSuite({
      flow: flowOf(tau),
      initial,
      equilibrium: kineticEquilibrium({ space, potential, temperature, interval: [-8, 8] }),
      steps: Math.round(parameters.finalTime / tau),
      particles: evaluation.particles,
      network: {
        optimizer: "adam",
        hidden: [16, 16],
        rate: parameters.rate,
        iterations: parameters.iterations,
        firstIterations: parameters.firstIterations,
      },
      reference: { particles: parameters.references, substeps: 2 },
      window: { positions: [-4.3, 4.3], velocities: [-4.3, 4.3], bins: 80 },
      straight: [0.005, 0.5],
    }),
  ],
  expected: {
    smoke: { "relaxation.rises": { max: 0, reason: "a JKO step lowers the free energy" } },
    quick: {
      "relaxation.jko.fall": { min: 20, reason: "the equilibrium attracts exponentially" },
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
