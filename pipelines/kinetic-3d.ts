import {
  definePipeline,
  diagonal,
  gaussian,
  kineticEquilibrium,
  kineticFokkerPlanck,
  phaseSpace,
  relaxationSuite,
  ripplePotential,
  singletonFamily,
} from "learn-to-evolve";

const space = phaseSpace({ positions: 3, velocities: 3 });
const potential = ripplePotential({ dimension: 3, stiffness: 1, amplitude: 0.5, wavenumber: 2, phase: 0 });
const temperature = 1;
const initial = gaussian({ mean: [1, 0.5, 0, 0, 0, 0.5], covariance: diagonal(new Array(6).fill(0.5)) });
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
  name: "kinetic-3d",
  title: "A kinetic equation relaxing in six dimensions of phase space",
  summary:
    "The kinetic Fokker–Planck equation with three positions and three velocities in the potential |x|²/2 + ½Σ cos 2xⱼ: relative " +
    "entropy to the equilibrium in time, six marginals in 160 bins against quadrature, Langevin dynamics beside them.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: { finalTime: 5, iterations: 60, references: 200_000 },
    evaluation: { particles: 50_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.1, iterations: 5, references: 2000 },
      evaluation: { particles: 1000 },
    },
    quick: { parameters: { references: 50_000 }, evaluation: { particles: 5000 } },
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
        optimizer: "lbfgs",
        hidden: [32, 32],
        iterations: parameters.iterations,
      },
      reference: { particles: parameters.references, substeps: 2 },
      window: { positions: [-4.3, 4.3], velocities: [-4.3, 4.3], bins: 160 },
      straight: [0.02, 0.6],
    }),
  ],
  expected: {
    smoke: { "relaxation.rises": { max: 0, reason: "a JKO step lowers the free energy" } },
    quick: {
      "relaxation.jko.totalVariation.max": { max: 0.12, reason: "twice what 5,000 independent samples show" },
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
        reason:
          "the steady state of the scheme is that of the equation; 50,000 independent samples show 0.018",
      },
    },
  },
});
