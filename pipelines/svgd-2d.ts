import {
  banana,
  bananaPotential,
  definePipeline,
  gaussian,
  gaussianKernel,
  gaussianMixture,
  manyParticlesSuite,
  maternKernel,
  medianBandwidth,
  mixturePotential,
  type Potential,
  quadraticPotential,
  type Solver,
  type SteinMethod,
  singletonFamily,
  steinFlow,
  steinJkoSolver,
  steinTargetsSuite,
  svgdSolver,
} from "learn-to-evolve";

const modes = {
  weights: [0.5, 0.5],
  means: [
    [-1.5, 0],
    [1.5, 0],
  ],
  deviations: [0.8, 0.8],
};
const bent = { centre: [0, 0], deviations: [1, 0.7], bend: 0.4 } as const;
const [s, t, b] = [...bent.deviations, bent.bend];

const round = (stiffness: number) =>
  quadraticPotential({
    matrix: [
      [stiffness, 0],
      [0, stiffness],
    ],
  });
/**
 * `V` and the `V₀` of the special kernel. `V₀` is below `V` up to a constant for the mixture, as the theory wants it. For the banana nothing quadratic is: its valley rises
 * as the square of `x₁` while `|x|²` rises as its fourth power.
 */
const potentials: Readonly<Record<string, { readonly potential: Potential; readonly reference: Potential }>> =
  {
    mixture: { potential: mixturePotential(modes), reference: round(0.5) },
    banana: { potential: bananaPotential(bent), reference: round(0.8) },
  };
const halves = [
  [-1, 0],
  [1, 0],
];
const targets = [
  {
    id: "mixture",
    name: "mixture",
    measure: gaussianMixture(modes),
    mean: [0, 0],
    covariance: [
      [0.64 + 2.25, 0],
      [0, 0.64],
    ],
    centres: halves,
    share: 0.5,
  },
  {
    id: "banana",
    name: "banana",
    measure: banana(bent),
    mean: [0, 0],
    covariance: [
      [s ** 2, 0],
      [0, t ** 2 + 2 * b ** 2 * s ** 4],
    ],
    centres: halves,
    share: 0.5,
  },
];
const initial = gaussian({
  mean: [-0.5, 1],
  covariance: [
    [1, 0],
    [0, 1],
  ],
});

const wide = gaussianKernel({ bandwidth: 1 });
const plain = (tau: number) => (target: string) =>
  steinFlow({ dimension: 2, potential: potentials[target].potential, kernel: wide, tau });
const special = (tau: number) => (target: string) =>
  steinFlow({ dimension: 2, ...potentials[target], kernel: maternKernel({ bandwidth: 0.5 }), tau });

/** Each until its own time: Stein's metric measures time in another unit for every kernel. */
function methods(tau: number, until: { readonly time: number; readonly specialTime: number }): SteinMethod[] {
  const { time, specialTime } = until;
  const specialTau = tau / 40;
  return [
    {
      id: "svgd",
      name: "SVGD",
      colour: "#d55e00",
      solver: svgdSolver({ largestMove: 0.2, bandwidth: medianBandwidth }) as Solver<unknown>,
      flow: plain(tau),
      steps: Math.round(time / tau),
    },
    {
      id: "special",
      name: "special kernel",
      colour: "#0072b2",
      solver: svgdSolver({ largestMove: 0.1 }) as Solver<unknown>,
      flow: special(specialTau),
      steps: Math.max(1, Math.round(specialTime / specialTau)),
    },
    {
      id: "jko",
      name: "Stein JKO",
      colour: "#00855f",
      solver: steinJkoSolver({
        tolerance: 1e-2,
        iterations: 20,
        bandwidth: medianBandwidth,
      }) as Solver<unknown>,
      flow: plain(2 * tau),
      steps: Math.max(1, Math.round(time / tau / 2)),
    },
  ];
}

const laws = {
  "targets.mixture.jko.rises": { max: 0, reason: "a JKO step lowers the energy" },
  "targets.banana.jko.rises": { max: 0, reason: "a JKO step lowers the energy" },
  "targets.mixture.jko.folded": {
    max: 0,
    reason: "the logarithm of the determinant is a barrier against folds",
  },
  "targets.banana.jko.folded": {
    max: 0,
    reason: "the logarithm of the determinant is a barrier against folds",
  },
  "targets.mixture.svgd.folded": { max: 0, reason: "steps are limited" },
  "targets.mixture.special.folded": { max: 0, reason: "steps are limited" },
  "many.rises": { max: 0, reason: "the energy falls at the rate of the squared Stein discrepancy" },
} as const;

const accurate = {
  ...laws,
  "targets.mixture.special.share": {
    max: 0.03,
    reason: "the gap of the special kernel: modes are balanced early",
  },
  "targets.mixture.special.ksd": { max: 0.06, reason: "half of what independent samples have" },
  "targets.mixture.special.covariance": { max: 0.05, reason: "a fraction of the sampling error" },
  "targets.mixture.svgd.ksd": { max: 0.06, reason: "half of what independent samples have" },
  "targets.mixture.jko.ksd": { max: 0.06, reason: "as explicit SVGD at the same time" },
  "targets.banana.svgd.ksd": { max: 0.05, reason: "a fraction of what independent samples have" },
  "targets.banana.jko.ksd": { max: 0.05, reason: "as explicit SVGD at the same time" },
  "targets.banana.special.ksd": {
    max: 0.3,
    reason: "no more than as independent samples: weights of e^{V} are stiff off the valley",
  },
  "many.peakGiB": { max: 4, reason: "no array of pairs is ever kept" },
} as const;

export default definePipeline({
  name: "svgd-2d",
  title: "Stein variational gradient descent in the plane",
  summary:
    "Two modes and a banana, from one sample of a Gaussian: SVGD, SVGD with the special kernel that needs no gradient, and JKO steps in Stein's metric, by Stein discrepancy, " +
    "mean discrepancy, moments and the balance of halves; and twenty thousand particles in little memory.",
  trains: false,
  settings: {
    tau: 1,
    parameters: { time: 100, specialTime: 0.5, samples: 4000, manyParticles: 20_000, manySteps: 4 },
    evaluation: { particles: 200 },
  },
  presets: {
    smoke: {
      parameters: { time: 5, specialTime: 0.05, samples: 500, manyParticles: 500, manySteps: 2 },
      evaluation: { particles: 60 },
    },
    quick: {},
    paper: { parameters: { manySteps: 20 }, evaluation: { particles: 500 } },
  },
  problem: ({ tau }) => ({
    flow: plain(tau)("mixture"),
    family: singletonFamily({ name: "a Gaussian", measure: initial }),
  }),
  evaluations: ({ tau, parameters }) => {
    const { time, specialTime, samples, manyParticles, manySteps } = parameters;
    return [
      steinTargetsSuite({
        targets,
        initial,
        samples,
        methods: methods(tau, { time, specialTime }),
      }),
      manyParticlesSuite({
        flow: plain(tau)("mixture"),
        target: targets[0].measure,
        initial,
        solver: svgdSolver({ largestMove: 0.5, bandwidth: medianBandwidth }) as Solver<unknown>,
        particles: manyParticles,
        steps: manySteps,
      }),
    ];
  },
  expected: { smoke: laws, quick: accurate, paper: accurate },
});
