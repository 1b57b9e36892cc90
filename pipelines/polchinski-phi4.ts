import {
  definePipeline,
  heatKernelSchedule,
  linearSchedule,
  phi4Ring,
  polchinski,
  polchinskiOrderSuite,
  polchinskiRingSuite,
  polchinskiScalarSuite,
  singletonFamily,
  tabulatedLine,
} from "learn-to-evolve";

// V₀ = ½φ⁴ − φ² on C_∞ = 1: with the Gaussian part a double well. The time is the variance that has been integrated out.
const site = phi4Ring({ sites: 1, mass2: 1, coupling: 2, quadratic: -2 });
const line = linearSchedule([1]);
const initial = tabulatedLine({
  logDensity: (x) => 0.5 * x * x - 0.5 * x ** 4,
  score: (x) => x - 2 * x ** 3,
  interval: [-8, 8],
});
const times = [0.2, 0.5, 0.8];

/** Worked out by bisection of the scalar equation of a step, in another language. */
const orderErrors = { 0.2: -1.15496e-3, 0.1: -5.13548e-4, 0.05: -2.37899e-4, 0.025: -1.13823e-4 };
const order = {
  ...Object.fromEntries(
    Object.entries(orderErrors).map(([tau, error]) => [
      `order.error.${tau}`,
      { min: 1.001 * error, max: 0.999 * error, reason: "the error of the scheme on a Gaussian is known" },
    ]),
  ),
  "order.slope": { min: 1, max: 1.15, reason: "the scheme is of order one" },
};

const exactMoments = { 0.2: [0.572949, 0.810174], 0.5: [0.411308, 0.480876], 0.8: [0.185809, 0.102893] };
const scalar = (tolerance: number, potential: number) =>
  Object.fromEntries(
    times.flatMap((time) => {
      const [second, fourth] = exactMoments[time as keyof typeof exactMoments];
      const around = (value: number, part: number, reason: string) => ({
        min: value * (1 - part),
        max: value * (1 + part),
        reason,
      });
      return [
        [`scalar.exact.variance.${time}`, around(second, 2e-6, "known by quadrature, to six digits")],
        [`scalar.exact.fourth.${time}`, around(fourth, 6e-6, "known by quadrature, to six digits")],
        [`scalar.network.variance.${time}`, around(second, tolerance, "the error of the time step")],
        [`scalar.network.fourth.${time}`, around(fourth, tolerance, "the error of the time step")],
        [
          `scalar.network.potentialError.${time}`,
          {
            max: potential,
            reason: "of the wells' depth: carried densities know the potential, in the bulk",
          },
        ],
        [
          `scalar.quantiles.potentialOfOwn.${time}`,
          {
            max: potential,
            reason: "of what is left of it: exact steps have the error of the time step alone",
          },
        ],
      ];
    }),
  );

const kept = {
  ...order,
  ...scalar(0.01, 0.02),
  "ring.sampling.rhat": { max: 1.02, reason: "the chains have met" },
  "ring.network.folded": { max: 0, reason: "the step limiter keeps maps from folding" },
  "ring.network.twoPoint": { max: 0.02, reason: "the error of the time step, and of 3,072 particles" },
};

export default definePipeline({
  name: "polchinski-phi4",
  title: "Polchinski's renormalisation flow of a φ⁴ field",
  summary:
    "Fluctuations of a φ⁴ field are integrated out scale by scale. The renormalised measure goes down in a relative entropy, in a metric, that both " +
    "change in time: JKO steps by networks and in closed form, against the exact law of the flow and potentials by quadrature.",
  trains: false,
  settings: {
    tau: 0.0025,
    parameters: {
      sites: 8,
      ringStep: 0.0125,
      ringTime: 0.5,
      chains: 32,
      draws: 128,
      samples: 4,
      iterations: 6,
      ringIterations: 30,
      halvings: 3,
    },
    evaluation: { particles: 4096 },
  },
  presets: {
    smoke: {
      tau: 0.05,
      parameters: {
        ringStep: 0.05,
        ringTime: 0.1,
        chains: 32,
        draws: 16,
        samples: 1,
        ringIterations: 6,
        halvings: 1,
      },
      evaluation: { particles: 512 },
    },
    quick: {},
    paper: {
      tau: 0.00125,
      parameters: { ringStep: 0.00625, ringTime: 1, draws: 512, samples: 8, halvings: 4 },
      evaluation: { particles: 8192 },
    },
  },
  problem: ({ tau }) => ({
    flow: polchinski({ schedule: line, tau }),
    family: singletonFamily({ name: "a double well", measure: initial }),
  }),
  evaluations: ({ parameters, evaluation }) => {
    const field = phi4Ring({ sites: parameters.sites, mass2: 1, coupling: 1, quadratic: -2 });
    return [
      polchinskiOrderSuite({
        schedule: heatKernelSchedule([1]),
        lambda: 2,
        steps: Array.from({ length: parameters.halvings + 1 }, (_, k) => 0.2 / 2 ** k),
        finalTime: 2,
      }),
      polchinskiScalarSuite({
        field: site,
        schedule: line,
        times,
        particles: evaluation.particles,
        samples: parameters.samples,
        iterations: parameters.iterations,
      }),
      polchinskiRingSuite({
        field,
        schedule: heatKernelSchedule(field.eigenvalues),
        tau: parameters.ringStep,
        steps: Math.round(parameters.ringTime / parameters.ringStep),
        chains: parameters.chains,
        draws: parameters.draws,
        iterations: parameters.ringIterations,
      }),
    ];
  },
  expected: {
    smoke: {
      "order.error.0.2": order["order.error.0.2" as keyof typeof order],
      "scalar.network.varianceError.0.2": { max: 0.05, reason: "steps of a twentieth" },
      "ring.network.twoPoint": { max: 0.05, reason: "two steps of a quarter of the shortest relaxation" },
    },
    quick: kept,
    paper: kept,
  },
});
