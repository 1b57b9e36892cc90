import {
  definePipeline,
  flowFamily,
  kuramotoFlow,
  kuramotoOperatorLaw,
  perStepUsual,
  quietFamily,
  trigonometricMixtureFamily,
} from "learn-to-evolve";

export default definePipeline({
  name: "kuramoto-operator",
  title: "One network for synchronisation, on both sides of its transition",
  summary:
    "Kuramoto's model of noisy oscillators: the JKO step on the circle by one network for all densities and all couplings between one half " +
    "and two, learned from random mixtures of trigonometric exponentials by minimising the objective of the step itself. Below K = 1 " +
    "densities become uniform, above it they synchronise; the operator is held against exact JKO steps and the equation on both sides, and " +
    "while the coupling grows through the transition.",
  trains: true,
  settings: {
    tau: 0.1,
    parameters: { coupling: 1.5, secondHarmonic: 0, finalTime: 40, rampTime: 60 },
    // Close to the uniform density order grows or dies by itself, and training weighs it little: there steps stay linearly implicit.
    architecture: { trustedSpread: 0.15 },
    training: { ranges: { coupling: [0.5, 2] }, horizon: 100 },
    evaluation: { particles: 1024, context: 1024, densities: 3 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.4, rampTime: 1 },
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 1, particles: 256 },
    },
    quick: {
      training: { rounds: 6, iterations: 120, densities: 28, particles: 1536 },
    },
    full: {
      training: { rounds: 10, iterations: 400, densities: 48, particles: 2048, averaging: 0.998 },
      evaluation: { densities: 6 },
    },
  },
  problem: ({ tau, parameters: { coupling, secondHarmonic } }) => ({
    flow: flowFamily({ coupling }, (own) => kuramotoFlow({ coupling: own.coupling, secondHarmonic, tau })),
    // Evenly sampled: the coupling acts through two means over all particles.
    family: quietFamily(
      trigonometricMixtureFamily({ components: [1, 3], harmonics: 3, concentrations: [0.1, 5] }),
    ),
  }),
  evaluations: ({ parameters: { secondHarmonic, finalTime, rampTime } }) => [
    kuramotoOperatorLaw({
      couplings: [0.5, 0.8, 1, 1.1, 1.3, 1.6, 2],
      secondHarmonic,
      finalTime,
      heldOut: trigonometricMixtureFamily({ components: [1, 4], harmonics: 2, concentrations: [0.1, 4] }),
      ramp: { from: 0.5, to: 2, time: rampTime },
      perStep: {
        usual: { label: "perceptron trained anew in every step, Adam", options: perStepUsual },
        tuned: {
          label: "smaller network trained in every step, L-BFGS",
          options: { network: { form: "mlp", hidden: [16], harmonics: 2 }, holdOut: 0 },
        },
      },
    }),
  ],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "kuramotoOperator.operator.final.max": {
          max: preset === "full" ? 0.02 : 0.03,
          reason: "the order that the equation ends in, on both sides of the transition",
        },
        "kuramotoOperator.operator.step.median": {
          max: preset === "full" ? 10 : 15,
          reason: "%, the exact step of densities that are in no family of the training",
        },
        "kuramotoOperator.ramp": {
          max: preset === "full" ? 0.03 : 0.05,
          reason: "the equation's order while the coupling grows, time step included",
        },
        "kuramotoOperator.strictRises": { max: 0, reason: "the free energy falls in every step" },
        "kuramotoOperator.folded": { max: 0, reason: "a transport map does not fold" },
      },
    ]),
  ),
});
