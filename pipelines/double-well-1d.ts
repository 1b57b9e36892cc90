import {
  definePipeline,
  dissipationSuite,
  doubleWellPotential,
  equilibriumSuite,
  fokkerPlanck,
  gaussianMixtureFamily,
  gibbs,
  identity,
  rotatedProduct,
} from "learn-to-evolve";

const potential = doubleWellPotential({ dimension: 1, height: 0.25, halfWidth: 1 });
const diffusion = 0.25;
const steady = rotatedProduct({
  factors: potential.axes.map((axis) => gibbs({ potential: axis, diffusion, interval: [-4, 4] })),
  rotation: identity(1),
});

export default definePipeline({
  name: "double-well-1d",
  title: "A double well on the line",
  summary:
    "Two wells with a barrier as high as the temperature. One network learns the JKO step of ∂ₜρ = ∂ₓ(ρV′) + D∂ₓₓρ from mixtures of " +
    "one to four Gaussians; roll-outs are held against finite volumes and against the exact JKO chain until the wells have equilibrated.",
  trains: true,
  // The first steps of a steep start decide how closely JKO follows the equation: this step leaves them about one percent.
  // On the line a large context is cheap, and with it local slopes need less of a ridge and less width: the walls of the wells are steep.
  settings: { tau: 0.0125, architecture: { ridge: 0.005, widths: [0.15, 0.3, 0.6, 1.2] } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 2, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: {
        rounds: 9,
        iterations: 200,
        densities: 20,
        particles: 2560,
        horizon: 100,
        context: 1536,
        queries: 256,
      },
      evaluation: { densities: 16, particles: 16_384, context: 4096, steps: [1, 200] },
    },
    full: {
      training: {
        rounds: 10,
        iterations: 400,
        densities: 32,
        particles: 2560,
        horizon: 100,
        context: 1536,
        queries: 256,
        averaging: 0.998,
      },
      evaluation: { densities: 32, particles: 16_384, context: 4096, steps: [1, 200] },
    },
  },
  problem: ({ tau }) => ({
    flow: fokkerPlanck({ dimension: 1, potential, diffusion, tau }),
    family: gaussianMixtureFamily({ dimension: 1, components: [1, 4], reach: 1.8, deviations: [0.25, 0.7] }),
  }),
  evaluations: ({ evaluation }) => [
    equilibriumSuite({
      potential,
      diffusion,
      densities: Math.min(16, evaluation.densities),
      steps: 2 * Math.max(...evaluation.steps),
      box: { reach: 4, cells: 400 },
    }),
    dissipationSuite({ steps: 10, steady }),
  ],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "equilibrium.freeEnergyError.max": {
          max: 0.02,
          reason: "twice the error of the time step, against finite volumes, in units of F(0) − F(∞)",
        },
        "equilibrium.klExcess.max": {
          max: 0.02,
          reason: "crossing a barrier is slow, and must not be slower",
        },
        "dissipation.steadyMotion": { max: 1e-5, reason: "the operator is well balanced" },
      },
    ]),
  ),
});
