import {
  definePipeline,
  gaussianMixtureFamily,
  kineticFokkerPlanck,
  kineticGaussians,
  kineticOperatorLaw,
  phaseSpace,
  quadraticPotential,
} from "learn-to-evolve";

const stiffness = [[1]];
const collisions = { strength: 1, temperature: 1 };

export default definePipeline({
  name: "kinetic-operator",
  title: "One network for the collisions of a kinetic equation",
  summary:
    "The kinetic Fokker–Planck equation ∂ₜf + v∂ₓf − x∂ᵥf = ∂ᵥ(vf + ∂ᵥf) on the line: a symplectic push, exact, and the JKO step of the " +
    "collisions by one network for all densities, learned from mixtures of round Gaussians in phase space by minimising the objective of " +
    "the step itself. It is held against exact steps, exact moments, and networks that are trained anew in every step.",
  trains: true,
  settings: {
    tau: 0.05,
    parameters: { finalTime: 5, restingSteps: 200, points: 96, longIterations: 1000 },
    training: { horizon: 80 },
    evaluation: { densities: 16, perStepDensities: 4 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.15, restingSteps: 3, points: 8, longIterations: 20 },
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 2, particles: 512, perStepDensities: 1 },
    },
    quick: {
      training: { rounds: 6, iterations: 150, densities: 28, particles: 1536 },
      evaluation: { densities: 8, particles: 4096 },
    },
    full: {
      training: { rounds: 10, iterations: 400, densities: 40, particles: 2048, averaging: 0.998 },
      evaluation: { densities: 16, particles: 16_384, context: 2048 },
    },
  },
  problem: ({ tau }) => ({
    flow: kineticFokkerPlanck({
      space: phaseSpace({ positions: 1, velocities: 1 }),
      potential: quadraticPotential({ matrix: stiffness }),
      scheme: "verlet",
      logDeterminant: "exact",
      tau,
      ...collisions,
    }),
    family: gaussianMixtureFamily({ dimension: 2, components: [1, 3], reach: 2.5, deviations: [0.3, 0.9] }),
  }),
  evaluations: ({ parameters }) => [
    kineticOperatorLaw({
      system: kineticGaussians({ stiffness, ...collisions }),
      finalTime: parameters.finalTime,
      restingSteps: parameters.restingSteps,
      points: parameters.points,
      perStep: {
        short: { hidden: [16, 16], rate: 1e-3, iterations: Math.min(50, parameters.longIterations) },
        long: { hidden: [16, 16], rate: 1e-3, iterations: parameters.longIterations },
      },
    }),
  ],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "kineticOperator.operator.step.median": { max: 10, reason: "a tenth of the way that particles go" },
        "kineticOperator.operator.mean.max": {
          max: preset === "full" ? 3 : 6,
          reason: "the errors of the time step and of the sample, and little of the operator's",
        },
        "kineticOperator.operator.covariance.max": {
          max: preset === "full" ? 3 : 6,
          reason: "the same for the covariance",
        },
        "kineticOperator.rest.kl": { max: 0.01, reason: "the equilibrium stays" },
        "kineticOperator.folded": { max: 0, reason: "a transport map does not fold" },
      },
    ]),
  ),
});
