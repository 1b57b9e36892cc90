import {
  definePipeline,
  driftOrderSuite,
  driftTimeSuite,
  gaussian,
  kineticFokkerPlanck,
  kineticGaussians,
  phaseSpace,
  quadraticPotential,
  singletonFamily,
} from "learn-to-evolve";

const stiffness = [[1]];
const collisions = { strength: 1, temperature: 1 };
const initial = {
  mean: [1, 0],
  covariance: [
    [0.5, 0],
    [0, 0.5],
  ],
};
const law = {
  system: kineticGaussians({ stiffness, ...collisions }),
  initial,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    kineticFokkerPlanck({
      space: phaseSpace({ positions: 1, velocities: 1 }),
      potential: quadraticPotential({ matrix: stiffness }),
      scheme: "kick-drift",
      ...collisions,
      ...options,
    }),
};

export default definePipeline({
  name: "kinetic-gaussian-1d",
  title: "A kinetic Gaussian on the line",
  summary:
    "The kinetic Fokker–Planck equation ∂ₜf + v∂ₓf − x∂ᵥf = ∂ᵥ(vf + ∂ᵥf) from a Gaussian: a symplectic push and a JKO step in the " +
    "velocities, solved in closed form over affine fields and by networks trained anew in each step, against the exact drift.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: {
      finalTime: 2,
      longTime: 5,
      halvings: 4,
      closedParticles: 100_000,
      networkParticles: 40_000,
      affineIterations: 100,
      iterationsPerTime: 500,
      iterations: 50,
      initialIterations: 1000,
      seeds: 3,
    },
    evaluation: { particles: 10_000 },
  },
  presets: {
    smoke: {
      parameters: {
        finalTime: 0.4,
        longTime: 0.2,
        halvings: 1,
        closedParticles: 4000,
        networkParticles: 1000,
        affineIterations: 30,
        iterationsPerTime: 50,
        iterations: 5,
        initialIterations: 50,
        seeds: 1,
      },
      evaluation: { particles: 1000 },
    },
    quick: {
      parameters: { halvings: 2, closedParticles: 40_000, networkParticles: 10_000, seeds: 1 },
      evaluation: { particles: 4000 },
    },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: law.flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "one Gaussian", measure: gaussian(initial) }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    driftOrderSuite({
      law,
      steps: Array.from({ length: parameters.halvings + 1 }, (_, k) => 0.2 / 2 ** k),
      finalTime: parameters.finalTime,
      particles: { closed: parameters.closedParticles, network: parameters.networkParticles },
      affine: { rate: 0.01, iterations: parameters.affineIterations },
      perceptron: { hidden: [16, 16], rate: 1e-3, iterationsPerTime: parameters.iterationsPerTime },
    }),
    driftTimeSuite({
      law,
      tau,
      steps: Math.round(parameters.longTime / tau),
      particles: evaluation.particles,
      seeds: parameters.seeds,
      initialIterations: parameters.initialIterations,
      network: { hidden: [16, 16], rate: 1e-3, iterations: parameters.iterations, firstIterations: 200 },
    }),
  ],
  expected: {
    smoke: {
      "order.closed.slope": { min: 0.6, reason: "the scheme is of order one, here with few particles" },
      "time.closed.rises": { max: 0, reason: "a JKO step lowers the free energy" },
    },
    quick: {
      "order.closed.slope": { min: 0.8, max: 1.05, reason: "the scheme is of order one" },
      "order.tanh.rms.0.2": { max: 0.2, reason: "a quarter of the particles of the preset paper" },
    },
    paper: {
      "order.closed.slope": { min: 0.85, max: 1.05, reason: "the drift is of order one in the time step" },
      "order.closed.covarianceSlope": { min: 0.85, max: 1.1, reason: "and so is the covariance" },
      ...Object.fromEntries(
        [0.2, 0.1, 0.05, 0.025, 0.0125].map((step) => [
          `order.affine.gap.${step}`,
          { max: 2e-3, reason: "an affine network has the minimiser that is known in closed form" },
        ]),
      ),
      "order.tanh.rms.0.2": { max: 0.15, reason: "the error of the time step and that of the sample" },
      "order.tanh.rms.0.1": { max: 0.085, reason: "the error of the time step and that of the sample" },
      "order.tanh.rms.0.05": { max: 0.05, reason: "the error of the time step and that of the sample" },
      "time.exact.largest": { max: 4e-3, reason: "in every sample the error of the drift stays small" },
      "time.exact.overScore": { max: 1, reason: "and below that of score matching with the same network" },
      "time.exact.rises": { max: 0, reason: "the energy falls in every step" },
    },
  },
});
