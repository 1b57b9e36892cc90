import {
  definePipeline,
  gaussian,
  laplaceKernel,
  quadraticPotential,
  singletonFamily,
  steinFlow,
  steinLineSuite,
  tabulatedLine,
} from "learn-to-evolve";

const potential = quadraticPotential({ matrix: [[1]] });
const target = gaussian({ mean: [0], covariance: [[1]] });
const initial = gaussian({ mean: [0.8], covariance: [[0.64]] });
const interval = [-6, 6] as const;
/** `π (1 + ½ sin 5x)`. */
const rippled = tabulatedLine({
  logDensity: (x) => -0.5 * x * x + Math.log1p(0.5 * Math.sin(5 * x)),
  score: (x) => -x + (2.5 * Math.cos(5 * x)) / (1 + 0.5 * Math.sin(5 * x)),
  interval,
});

const laws = {
  "line.mass": { max: 1e-12, reason: "fluxes take from a cell what they give to the next" },
  "line.negative": { max: 0, reason: "steps are halved where a density would become negative" },
  "line.gap.gaussian": {
    max: 1e-8,
    reason: "eigenvalues of a Gaussian kernel accumulate at zero: there is no gap",
  },
  "line.particles.gradients": { max: 0, reason: "with the special kernel gradients of V cancel" },
  "line.particles.folded": { max: 0, reason: "a transport map does not fold" },
  "line.particles.overBound": {
    max: 1,
    reason: "KL ≤ e^{−λt} KL(0) with λ the gap, since D² is the quadratic form whose gap it is",
  },
} as const;
const rates = {
  ...laws,
  "line.identity": {
    max: 1e-4,
    reason: "entropy falls by the integral of D², but for time steps and for the flux limiter in empty tails",
  },
  "line.local.rateOverTheory": { min: 0.99, max: 1.01, reason: "2/Z, the spectrum of ½𝓛h² about 1/Z" },
  "line.gap.local": { min: 0.398, max: 0.3998, reason: "1/Z = 0.39894" },
  "line.gap.laplace": {
    min: 0.2992 * 0.995,
    max: 0.2992 * 1.005,
    reason: "0.29921, from finer grids by another program",
  },
  "line.gap.narrowestOverLocal": {
    min: 0.99,
    max: 1.01,
    reason: "the local limit: k becomes Dirac's measure",
  },
  "line.rippleLeft.laplace": { max: 0.1, reason: "the gap is below all rates, of ripples too" },
  "line.rippleLeft.plain": { min: 0.5, reason: "a Gaussian kernel hardly sees ripples finer than its width" },
  "line.particles.meanFieldError": {
    max: 0.1,
    reason: "a thousand particles stand for the density, within the error of their sums",
  },
} as const;

export default definePipeline({
  name: "svgd-1d",
  title: "Stein variational gradient descent on the line",
  summary:
    "SVGD towards a Gaussian as the gradient flow of the relative entropy in Stein's metric: with the special kernel it needs no gradient and relaxes at an exponential " +
    "rate, with a Gaussian kernel at none. Equations, spectra and particles, against each other and against theory.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: { finalTime: 8, cells: 160, spectrumCells: 480, particles: 1000, rateFrom: 14, rateTo: 20 },
  },
  presets: {
    smoke: {
      parameters: { finalTime: 1, cells: 60, spectrumCells: 100, particles: 150, rateFrom: 2, rateTo: 3 },
    },
    quick: {},
    paper: { parameters: { cells: 240, spectrumCells: 720, particles: 4000 } },
  },
  problem: ({ tau }) => ({
    flow: steinFlow({
      dimension: 1,
      potential,
      kernel: laplaceKernel({ bandwidth: 1, amplitude: 0.5 }),
      reference: potential,
      tau,
    }),
    family: singletonFamily({ name: "a shifted Gaussian", measure: initial }),
  }),
  evaluations: ({ parameters }) => [
    steinLineSuite({
      potential,
      target,
      initial,
      rippled,
      interval,
      cells: parameters.cells,
      spectrumCells: parameters.spectrumCells,
      localRate: 2 / Math.sqrt(2 * Math.PI),
      rateWindow: [parameters.rateFrom, parameters.rateTo],
      finalTime: parameters.finalTime,
      particles: parameters.particles,
      bandwidths: [2, 1, 0.5, 0.25, 0.125],
    }),
  ],
  expected: { smoke: laws, quick: rates, paper: rates },
});
