import {
  definePipeline,
  flowFamily,
  kuramotoFlow,
  kuramotoOrder,
  kuramotoRelaxation,
  kuramotoStates,
  trigonometricMixture,
  trigonometricMixtureFamily,
} from "learn-to-evolve";

/** Kuramoto's order `r(K) = I₁(2Kr)/I₀(2Kr)` and his gap, `m = 0`. */
const orders: Readonly<Record<number, number>> = {
  1.05: 0.303689,
  1.1: 0.413389,
  1.2: 0.544889,
  1.5: 0.724159,
  2: 0.831462,
  3: 0.902153,
};
const gaps: Readonly<Record<string, number>> = {
  "1.05.0": 0.050417,
  "1.2.0": 0.206643,
  "1.5.0": 0.540666,
  "2.0": 1.148248,
  "3.0": 2.364326,
  "1.2.0.0008568": 0.206636,
  "2.0.0008568": 1.147754,
};
const critical: Readonly<Record<number, number>> = {
  [-1]: 1,
  [-0.5]: 1,
  0.6: 0.990852,
  0.75: 0.956215,
  1: 0.878212,
  1.2: 0.811658,
  1.5: 2 / 3,
};
const all = Object.keys(orders)
  .map(Number)
  .toSorted((a, b) => a - b);
/** Where time is short. */
const few = [1.5, 2];

const within = (value: number, tolerance: number, reason: string) => ({
  min: value - tolerance,
  max: value + tolerance,
  reason,
});
const orderBounds = (couplings: readonly number[]) =>
  Object.fromEntries(
    couplings.flatMap((coupling) => [
      ...["selfConsistent", "spectral"].map((way) => [
        `order.${way}.${coupling}`,
        within(orders[coupling], 1e-5, "the ratio of Bessel functions"),
      ]),
      ...["oscillators", "jko", "network"].map((way) => [
        `order.${way}.${coupling}`,
        within(orders[coupling], 1e-2, "particles find the order of the equation"),
      ]),
    ]),
  );
const stateBounds = {
  ...Object.fromEntries(
    Object.entries(critical).map(([m, coupling]) => [
      `critical.${m}`,
      within(coupling, 1e-5, "the coupling at which two free energies are equal"),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(gaps).map(([name, gap]) => [`gap.${name}`, within(gap, 1e-4, "Galerkin's method")]),
  ),
  "thresholds.tricritical": within(0.5, 1e-5, "the quartic coefficient (1 − 2m)/4(1 − m) changes its sign"),
  "thresholds.last": within(1.267293, 1e-5, "the two transitions meet"),
  "hysteresis.up": { min: 1, max: 1.02, reason: "the uniform state is stable until K = 1" },
  "hysteresis.down": { min: 0.93, max: 0.9473, reason: "the ordered state is stable down to its fold" },
};
const relaxationBounds = (couplings: readonly number[]) => ({
  ...Object.fromEntries(
    couplings.map((coupling) => [
      `decay.${coupling}`,
      within(1, 0.01, "the slowest perturbation is left at the end"),
    ]),
  ),
  "relaxation.quantiles.rises": { max: 0, reason: "a JKO step lowers the free energy" },
  "relaxation.network.rises": { max: 0, reason: "a JKO step lowers the free energy" },
  "relaxation.quantiles.order": within(1, 0.2, "JKO steps are of first order"),
});

const initial = trigonometricMixture({
  weights: [0.6, 0.4],
  components: [
    { concentrations: [5], centres: [1.6] },
    { concentrations: [5], centres: [4.4] },
  ],
});

export default definePipeline({
  name: "kuramoto",
  title: "Noisy oscillators on the circle",
  summary:
    "The Kuramoto–Daido model ∂ₜq = ½q″ − K(q(W∗q)′)′ with W = cos θ + m cos 2θ as a Wasserstein gradient flow on the circle: its steady states, " +
    "their free energies and where order sets in, its spectral gaps and its hysteresis; and its order and its relaxation by JKO steps, " +
    "exactly on quantiles and by a network trained anew in each, beside the equation by Fourier modes and the oscillators themselves.",
  trains: false,
  settings: {
    tau: 0.05,
    parameters: {
      coupling: 1.5,
      secondHarmonic: 0.3,
      quantiles: 1024,
      oscillators: 20_000,
      steps: 60,
      relaxations: 20,
      diagram: 65,
      sweep: 31,
      few: 0,
    },
    evaluation: { particles: 1000 },
  },
  presets: {
    smoke: {
      parameters: {
        quantiles: 512,
        oscillators: 1000,
        steps: 10,
        relaxations: 1,
        diagram: 5,
        sweep: 4,
        few: 1,
      },
      evaluation: { particles: 800 },
    },
    quick: {},
  },
  problem: ({ tau, parameters: { coupling, secondHarmonic } }) => ({
    flow: flowFamily({ coupling }, (own) => kuramotoFlow({ coupling: own.coupling, secondHarmonic, tau })),
    family: trigonometricMixtureFamily({ components: [1, 3], harmonics: 2, concentrations: [0.1, 6] }),
  }),
  evaluations: ({ tau, parameters, evaluation: { particles } }) => {
    const { coupling, secondHarmonic, quantiles, oscillators, steps, relaxations } = parameters;
    const couplings = parameters.few === 1 ? few : all;
    return [
      kuramotoStates({
        harmonics: Object.keys(critical)
          .map(Number)
          .toSorted((a, b) => a - b),
        diagram: { from: -1, to: 2.2, count: parameters.diagram },
        gaps: [
          ...[1.05, 1.2, 1.5, 2, 3].map((own) => ({ coupling: own, secondHarmonic: 0 })),
          ...[1.2, 2].map((own) => ({ coupling: own, secondHarmonic: 8.568e-4 })),
        ],
        hysteresis: { secondHarmonic: 0.75, couplings: [0.9, 1.05], count: parameters.sweep },
      }),
      kuramotoOrder({ couplings, quantiles, oscillators, particles, steps, relaxations }),
      kuramotoRelaxation({
        model: { coupling, secondHarmonic },
        initial,
        tau,
        times: parameters.few === 1 ? [0, 0.25, 0.5] : [0, 0.25, 0.5, 1, 2, 4],
        quantiles,
        particles,
        oscillators,
        decays: couplings,
      }),
    ];
  },
  expected: {
    smoke: {
      ...stateBounds,
      ...relaxationBounds(few),
      "hysteresis.up": { min: 1, max: 1.05, reason: "a coarse sweep" },
      "hysteresis.down": { min: 0.9, max: 0.9473, reason: "a coarse sweep" },
    },
    quick: {
      ...stateBounds,
      ...orderBounds(all),
      ...relaxationBounds(all),
    },
  },
});
