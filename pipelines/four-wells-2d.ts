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

const potential = doubleWellPotential({ dimension: 2, height: 0.25, halfWidth: 1 });
const diffusion = 0.25;
const steady = rotatedProduct({
  factors: potential.axes.map((axis) => gibbs({ potential: axis, diffusion, interval: [-4, 4] })),
  rotation: identity(2),
});

export default definePipeline({
  name: "four-wells-2d",
  title: "Four wells in the plane",
  summary:
    "Four wells at the corners of a square. One network learns the JKO step of ∂ₜρ = ∇·(ρ∇V) + DΔρ from mixtures of one to four " +
    "round Gaussians; roll-outs are held against finite volumes and against the exact JKO chain until the wells have equilibrated.",
  trains: true,
  // The first steps of a steep start decide how closely JKO follows the equation: this step leaves them about one percent.
  settings: { tau: 0.025 },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 2, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: {
        rounds: 10,
        iterations: 120,
        densities: 32,
        particles: 1536,
        horizon: 60,
        context: 768,
        queries: 256,
      },
      evaluation: { densities: 16, particles: 4096, context: 1024 },
    },
    full: {
      training: {
        rounds: 10,
        iterations: 300,
        densities: 48,
        particles: 2048,
        horizon: 60,
        averaging: 0.998,
      },
      evaluation: { densities: 32, particles: 4096, context: 1024 },
    },
  },
  problem: ({ tau }) => ({
    flow: fokkerPlanck({ dimension: 2, potential, diffusion, tau }),
    family: gaussianMixtureFamily({ dimension: 2, components: [1, 4], reach: 1.8, deviations: [0.25, 0.7] }),
  }),
  evaluations: ({ evaluation }) => [
    equilibriumSuite({
      potential,
      diffusion,
      densities: Math.min(6, evaluation.densities),
      steps: 2 * Math.max(...evaluation.steps),
      box: { reach: 4, cells: 160 },
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
