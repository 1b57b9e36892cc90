import {
  definePipeline,
  dissipationSuite,
  gaussianMixtureFamily,
  kellerSegel,
  secondMomentLaw,
} from "learn-to-evolve";

/** Half the critical one: diffusion wins. */
const sensitivity = 4 * Math.PI;

export default definePipeline({
  name: "keller-segel-2d",
  title: "Keller–Segel below the critical mass",
  summary:
    "One network learns the JKO step of ∂ₜρ = Δρ + ∇·(ρ∇(W*ρ)) with W(z) = 2 log|z| in the plane, half the critical attraction, from " +
    "mixtures of one to three round Gaussians. Whatever the density, its second moment grows at the constant rate 2.",
  trains: true,
  settings: { tau: 0.05, evaluation: { densities: 32, steps: [1, 10, 40] } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1536, horizon: 40 },
      evaluation: { particles: 1024 },
    },
    full: {
      training: {
        rounds: 12,
        iterations: 500,
        densities: 40,
        particles: 2048,
        horizon: 40,
        averaging: 0.998,
      },
      evaluation: { particles: 4096, context: 2048 },
    },
  },
  problem: ({ tau }) => ({
    flow: kellerSegel({ sensitivity, tau }),
    family: gaussianMixtureFamily({ dimension: 2, components: [1, 3], reach: 2.5, deviations: [0.3, 0.8] }),
  }),
  evaluations: () => [secondMomentLaw({ sensitivity }), dissipationSuite({ steps: 10 })],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "secondMoment.equation.40": { max: 2, reason: "the second moment grows by 2t, in %" },
        "secondMoment.step.40": { max: 2, reason: "the identity of exact JKO steps, in %" },
        "secondMoment.rises": { max: 0, reason: "the energy falls" },
        "secondMoment.folded": { max: 0, reason: "a transport map does not fold" },
        "dissipation.rises": { max: 0, reason: "the energy falls" },
      },
    ]),
  ),
});
