import {
  definePipeline,
  diagonal,
  driftOrderSuite,
  driftTimeSuite,
  gaussian,
  kineticFokkerPlanck,
  kineticGaussians,
  phaseSpace,
  quadraticPotential,
  type SymplecticScheme,
  singletonFamily,
} from "learn-to-evolve";

const stiffness = diagonal([1, 1.5, 2]);
const collisions = { strength: 1, temperature: 1 };
const initial = { mean: [1, 0, 0, 0, 0, 0], covariance: diagonal(new Array(6).fill(0.5)) };
const lawOf = (scheme: SymplecticScheme) => ({
  system: kineticGaussians({ stiffness, ...collisions }),
  initial,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    kineticFokkerPlanck({
      space: phaseSpace({ positions: 3, velocities: 3 }),
      potential: quadraticPotential({ matrix: stiffness }),
      scheme,
      ...collisions,
      ...options,
    }),
});

export default definePipeline({
  name: "kinetic-gaussian-3d",
  title: "A kinetic Gaussian in six dimensions of phase space",
  summary:
    "The kinetic Fokker–Planck equation from a Gaussian in the potential ½xᵀAx with A = diag(1, 1.5, 2): order of the scheme in the " +
    "time step, and a network trained anew in each step by the JKO objective and by score matching, against the exact drift.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: {
      finalTime: 2,
      longTime: 5,
      halvings: 3,
      closedParticles: 100_000,
      networkParticles: 10_000,
      affineIterations: 100,
      iterationsPerTime: 500,
      iterations: 50,
      initialIterations: 2000,
      seeds: 1,
    },
    evaluation: { particles: 10_000 },
  },
  presets: {
    smoke: {
      parameters: {
        finalTime: 0.4,
        longTime: 0.1,
        halvings: 1,
        closedParticles: 4000,
        networkParticles: 1000,
        affineIterations: 30,
        iterationsPerTime: 25,
        iterations: 5,
        initialIterations: 50,
        seeds: 1,
      },
      evaluation: { particles: 1000 },
    },
    quick: {
      parameters: {
        longTime: 2,
        halvings: 2,
        closedParticles: 20_000,
        networkParticles: 4000,
        iterationsPerTime: 250,
        iterations: 25,
        seeds: 1,
      },
      evaluation: { particles: 4000 },
    },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: lawOf("verlet").flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "one Gaussian", measure: gaussian(initial) }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    driftOrderSuite({
      law: lawOf("kick-drift"),
      steps: Array.from({ length: parameters.halvings + 1 }, (_, k) => 0.2 / 2 ** k),
      finalTime: parameters.finalTime,
      particles: { closed: parameters.closedParticles, network: parameters.networkParticles },
      affine: { rate: 0.01, iterations: parameters.affineIterations },
      perceptron: { hidden: [32, 32], rate: 1e-3, iterationsPerTime: parameters.iterationsPerTime },
    }),
    driftTimeSuite({
      law: lawOf("verlet"),
      tau,
      steps: Math.round(parameters.longTime / tau),
      particles: evaluation.particles,
      seeds: parameters.seeds,
      initialIterations: parameters.initialIterations,
      network: { hidden: [32, 32], rate: 1e-3, iterations: parameters.iterations, firstIterations: 200 },
    }),
  ],
  expected: {
    smoke: {
      "order.closed.slope": { min: 0.5, reason: "the scheme is of order one, here with few particles" },
    },
    quick: { "order.closed.slope": { min: 0.7, max: 1.05, reason: "the scheme is of order one" } },
    paper: {
      "order.closed.slope": { min: 0.85, max: 1.05, reason: "the drift is of order one in the time step" },
      "order.closed.covarianceSlope": { min: 0.85, max: 1.1, reason: "and so is the covariance" },
      "time.exact.covarianceError": { max: 0.02, reason: "moments within two percent of the exact ones" },
      "time.exact.meanError": { max: 0.02, reason: "moments within two percent of the exact ones" },
      "time.exact.overScore": { max: 1, reason: "below score matching with the same network" },
      "time.exact.rises": { max: 0, reason: "the energy falls in every step" },
    },
  },
});
