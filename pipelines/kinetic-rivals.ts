import {
  definePipeline,
  gaussianMixture,
  kineticFokkerPlanck,
  kineticGaussians,
  kineticRivalsSuite,
  phaseSpace,
  quadraticPotential,
  singletonFamily,
} from "learn-to-evolve";

const stiffness = [[1]];
const collisions = { strength: 1, temperature: 1 };
const space = phaseSpace({ positions: 1, velocities: 1 });
const potential = quadraticPotential({ matrix: stiffness });
const initial = gaussianMixture({
  weights: [0.5, 0.5],
  means: [
    [-1, 1.2],
    [1.4, -0.6],
  ],
  deviations: [0.5, 0.6],
});
const flowAt = (tau: number, logDeterminant: "exact" | "linear") =>
  kineticFokkerPlanck({ space, potential, scheme: "verlet", logDeterminant, tau, ...collisions });

export default definePipeline({
  name: "kinetic-rivals",
  title: "Solvers of a kinetic equation in one table",
  summary:
    "The kinetic Fokker–Planck equation ∂ₜf + v∂ₓf − x∂ᵥf = ∂ᵥ(vf + ∂ᵥf) from a mixture of two Gaussians, whose exact solution is a " +
    "mixture too: JKO with either log-determinant, score matching, score-based transport, velocity matching and Langevin dynamics, " +
    "by error and by seconds.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: { finalTime: 2, seeds: 3, iterations: 50, passes: 20, passIterations: 150 },
    evaluation: { particles: 10_000 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 0.15, seeds: 1, iterations: 5, passes: 2, passIterations: 5 },
      evaluation: { particles: 500 },
    },
    quick: { parameters: { seeds: 1 }, evaluation: { particles: 10_000 } },
    paper: { evaluation: { particles: 20_000 } },
  },
  problem: ({ tau }) => ({
    flow: flowAt(tau, "exact"),
    family: singletonFamily({ name: "two Gaussians", measure: initial }),
  }),
  evaluations: ({ tau, parameters }) => [
    kineticRivalsSuite({
      system: kineticGaussians({ stiffness, ...collisions }),
      equation: { space, potential, ...collisions },
      initial,
      steps: Math.round(parameters.finalTime / tau),
      flowAt: (logDeterminant) => flowAt(tau, logDeterminant),
      network: { hidden: [16, 16], rate: 1e-3, iterations: parameters.iterations, firstIterations: 200 },
      training: {
        passes: parameters.passes,
        iterations: parameters.passIterations,
        rate: 1e-3,
        batch: 2048,
        hidden: [16, 16],
      },
    }),
  ],
  expected: Object.fromEntries(
    (["quick", "paper"] as const).map((preset) => [
      preset,
      {
        "kineticRivals.jkoExact.distance": {
          max: 2,
          reason: "a few times the distance of independent samples",
        },
        "kineticRivals.jkoExact.kl": { max: 0.1, reason: "the density that particles carry stays close" },
        "kineticRivals.langevin.distance": {
          max: 1,
          reason: "Langevin dynamics has no error but that of sampling",
        },
      },
    ]),
  ),
});
