import {
  anisotropicProblem,
  covarianceSuite,
  definePipeline,
  landau,
  singletonFamily,
} from "learn-to-evolve";

const { initial, equilibrium, constant, exponent } = anisotropicProblem({
  variances: [1.8, 0.2, 1, 1, 1, 1, 1, 1, 1, 1],
  constant: 1 / 24,
});
const law = {
  initial,
  from: 0,
  equilibrium,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({ dimension: initial.dimension, constant, exponent, ...options }),
};

export default definePipeline({
  name: "landau-anisotropic-10d",
  title: "Maxwell's molecules in ten dimensions",
  summary:
    "The homogeneous Landau equation for Maxwell's molecules from an anisotropic Gaussian, which does not stay one, but whose covariance is " +
    "known at all times: JKO and score matching over affine fields in closed form, and by networks trained anew in each step.",
  trains: false,
  settings: {
    tau: 0.01,
    parameters: {
      finalTime: 1,
      earlyTime: 0.5,
      smallest: 800,
      doublings: 4,
      seeds: 5,
      width: 128,
      batch: 640,
      passes: 3,
      rate: 1e-3,
      initialIterations: 1000,
      exactNetwork: 1,
    },
    evaluation: { particles: 25_600 },
  },
  presets: {
    smoke: {
      parameters: {
        finalTime: 0.04,
        earlyTime: 0.02,
        smallest: 100,
        doublings: 1,
        seeds: 1,
        width: 16,
        batch: 100,
        initialIterations: 20,
        exactNetwork: 0,
      },
      evaluation: { particles: 300 },
    },
    quick: {
      parameters: { doublings: 3, seeds: 2, width: 64, exactNetwork: 0 },
      evaluation: { particles: 6400 },
    },
    paper: {},
  },
  problem: ({ tau }) => ({
    flow: law.flowAt({ tau, logDeterminant: "exact" }),
    family: singletonFamily({ name: "an anisotropic Gaussian", measure: initial }),
  }),
  evaluations: ({ tau, parameters, evaluation }) => [
    covarianceSuite({
      law,
      tau,
      steps: Math.round(parameters.finalTime / tau),
      early: Math.round(parameters.earlyTime / tau),
      counts: Array.from({ length: parameters.doublings + 1 }, (_, k) => parameters.smallest * 2 ** k),
      seeds: parameters.seeds,
      network: {
        hidden: [parameters.width, parameters.width, parameters.width],
        rate: parameters.rate,
        batch: parameters.batch,
        passes: parameters.passes,
        initial: { iterations: parameters.initialIterations, rate: 0.01 },
        particles: evaluation.particles,
        objectives: [...(parameters.exactNetwork > 0 ? (["exact"] as const) : []), "linear", "score"],
      },
    }),
  ],
  expected: {
    smoke: {
      "covariance.jko.uncertified": { max: 0, reason: "the minimiser lowers the objective" },
      "covariance.jko.ownEnd.200": {
        max: 0.02,
        reason: "affine JKO obeys the law of the covariance to O(τ)",
      },
    },
    quick: {
      "covariance.jko.slopeEarly": {
        min: -0.65,
        max: -0.35,
        reason: "sampling error, from two samples a size",
      },
      ...Object.fromEntries(
        [3200, 6400].flatMap((count) => [
          [
            `covariance.jko.ownEnd.${count}`,
            { max: 0.012, reason: "affine JKO obeys the law of the covariance to O(τ)" },
          ],
          [
            `covariance.jkoOverScore.${count}`,
            { max: 0.6, reason: "score matching takes the density for a Gaussian, which it does not stay" },
          ],
        ]),
      ),
      "covariance.network.linear.ownEarly.6400": { max: 0.03, reason: "the network has an affine skip" },
    },
    paper: {
      "covariance.jko.slopeEarly": { min: -0.6, max: -0.4, reason: "the error is that of the sample" },
      "covariance.jko.slopeEnd": { min: -0.6, max: -0.4, reason: "the error is that of the sample" },
      ...Object.fromEntries(
        [3200, 6400, 12_800].flatMap((count) => [
          [
            `covariance.jko.ownEnd.${count}`,
            { max: 0.012, reason: "affine JKO obeys the law of the covariance to O(τ)" },
          ],
          [
            `covariance.jkoOverScore.${count}`,
            { max: 0.6, reason: "score matching takes the density for a Gaussian, which it does not stay" },
          ],
        ]),
      ),
      "covariance.network.linear.ownEarly.25600": { max: 0.03, reason: "the network has an affine skip" },
      "covariance.network.exact.ownEarly.25600": { max: 0.03, reason: "the network has an affine skip" },
    },
  },
});
