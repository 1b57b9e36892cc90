import {
  barenblattLabels,
  barenblattLaw,
  bumpFamily,
  definePipeline,
  dissipationSuite,
  ellipsoid,
  type Key,
  porousMedium,
  quantileLaw,
  superposition,
  tabulatedLine,
  uniforms,
} from "learn-to-evolve";

const exponent = 2;

/** Two overlapping bumps that are about to merge: weights in [0.3, 0.7], radii in [0.5, 1], gaps of 0.9 to 1.3 mean radii. */
function mergingBumps(key: Key) {
  const [w, r1, r2, gap, place] = uniforms(key, 5);
  const radii = [0.5 + 0.5 * r1, 0.5 + 0.5 * r2];
  const half = (0.25 + 0.1 * (2 * gap)) * (radii[0] + radii[1]);
  const centres = [place - 0.5 - half, place - 0.5 + half];
  const bumps = superposition({
    weights: [0.3 + 0.4 * w, 0.7 - 0.4 * w],
    components: radii.map((r, k) =>
      ellipsoid({ centre: [centres[k]], axes: [[r]], power: 1 / (exponent - 1) }),
    ),
  });
  return tabulatedLine({
    logDensity: (x) => bumps.logDensity(Float64Array.of(x))[0],
    score: (x) => bumps.score(Float64Array.of(x))[0],
    interval: [
      Math.min(...centres.map((c, k) => c - radii[k])),
      Math.max(...centres.map((c, k) => c + radii[k])),
    ],
  });
}

export default definePipeline({
  name: "porous-medium-1d",
  title: "The porous medium equation on the line",
  summary:
    "One network learns the JKO step of ∂ₜρ = ∂ₓₓρ² on the line from superpositions of one to three bumps of compact support. It is held " +
    "against exact JKO steps of bumps that merge, by Newton's method on quantiles, and of Barenblatt's solutions, by closed form.",
  trains: true,
  settings: { tau: 0.05, evaluation: { densities: 32, steps: [1, 10] } },
  presets: {
    smoke: {
      architecture: { hidden: 16, code: 16 },
      training: { rounds: 2, iterations: 10, densities: 8, particles: 768, horizon: 2, batch: 8 },
      evaluation: { densities: 4, particles: 512, steps: [1, 3] },
    },
    quick: {
      training: { rounds: 6, iterations: 170, densities: 28, particles: 1024, horizon: 20 },
      evaluation: { particles: 1024 },
    },
    full: {
      training: {
        rounds: 10,
        iterations: 400,
        densities: 40,
        particles: 2048,
        horizon: 40,
        averaging: 0.998,
      },
      evaluation: { particles: 4096, context: 2048, steps: [1, 10, 50] },
    },
  },
  problem: ({ tau }) => ({
    flow: porousMedium({ dimension: 1, exponent, tau }),
    family: bumpFamily({
      dimension: 1,
      components: [1, 3],
      reach: 1.2,
      radii: [0.45, 1.6],
      powers: { favourite: 1 / (exponent - 1), range: [0.3, 3] },
    }),
  }),
  evaluations: () => [
    quantileLaw({ density: mergingBumps, labels: (n) => barenblattLabels(n, exponent), intervals: 1024 }),
    barenblattLaw({ exponent }),
    dissipationSuite({ steps: 10 }),
  ],
  expected: Object.fromEntries(
    (["quick", "full"] as const).map((preset) => [
      preset,
      {
        "line.operator.uvp.10.median": {
          max: 0.1,
          reason: "the quantile solver's own step, to a tenth of a percent",
        },
        "barenblatt.operator.uvp.10.median": { max: 0.1, reason: "the closed form, to a tenth of a percent" },
        "dissipation.folded": { max: 0, reason: "a transport map does not fold" },
      },
    ]),
  ),
});
