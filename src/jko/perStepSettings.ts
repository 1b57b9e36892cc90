/** @file The settings of a per-step solver, and those that were found to work. */

import type { Cloud } from "../measures/cloud.ts";
import type { FieldNetwork } from "./perStepField.ts";
import type { PerStepLoss } from "./perStepLoss.ts";
import type { PerStepOptimizer } from "./perStepMinimisers.ts";
import type { StoppingOptions } from "./perStepStopping.ts";

/** The objective that the exact step reaches, where it is known. */
export interface PerStepTarget {
  /** Stop when `(L − L*)/(0 − L*)` is at most this. */
  readonly tolerance: number;
  /**
   * `L*`: the exact step's `L(w*) − L(0)` over these hold-out particles, which are those that `L` is evaluated on. The
   * expectation over the density would differ by a sampling error larger than most gaps.
   */
  objective(holdOut: Cloud, step: number): number;
}

/** Everything has a tuned default, {@link perStepDefaults}. */
export interface PerStepOptions extends Partial<StoppingOptions> {
  readonly network?: FieldNetwork;
  readonly optimizer?: PerStepOptimizer;
  /** What is minimised; `score` makes explicit steps by score matching. */
  readonly loss?: PerStepLoss;
  /**
   * Fraction of the particles that are kept to stop and to certify. With 0 nothing is kept: every step makes all of its iterations, and
   * what is reported is of the very particles that were trained on.
   */
  readonly holdOut?: number;
  /** Whether a step starts from the parameters of the one before it. */
  readonly warmStart?: boolean;
  /**
   * Whether the network sees particles and makes fields in units of the cloud, of the cloud along each axis (where it is far wider along
   * some than along others), or in those of the flow.
   */
  readonly scaling?: "cloud" | "axes" | "none";
  /** Most iterations of the first step; those of every step where it is left out. */
  readonly firstMaximum?: number;
  /** The field of the first step is fitted to this before it is trained. */
  readonly initial?: InitialField;
  readonly target?: PerStepTarget;
}

/** The score of the initial density, and how closely its field is fitted. */
export interface InitialField {
  /** `∇ log f` at points `[n, D]`, row-major. */
  readonly score: (points: Float64Array) => Float64Array;
  readonly iterations: number;
  /** Where the learning rate of Adam starts; a cosine takes it to zero. */
  readonly rate: number;
  readonly batch: number;
}

/**
 * Tuned on two-dimensional Fokker–Planck steps (Gaussians and rotated products of mixtures, `τ = 0.1`, 8,192 particles): a
 * wider network fits the noise of the particles, a narrower one cannot fit the mixtures.
 */
export const perStepDefaults = {
  network: { form: "gradient", width: 24 },
  optimizer: { kind: "lbfgs", particles: 8192 },
  loss: "jko",
  holdOut: 0.25,
  warmStart: true,
  scaling: "cloud",
  maximum: 100,
  checkEvery: 2,
  patience: 3,
} as const satisfies PerStepOptions;

/** The tuned setting of Adam: the cosine must reach its end, so patience is unlimited. Cheapest where the step is hard. */
export const perStepAdam = {
  network: { form: "gradient", width: 16 },
  optimizer: { kind: "adam", rate: 0.3, batch: 512 },
  maximum: 120,
  checkEvery: 10,
  patience: Number.POSITIVE_INFINITY,
} as const satisfies PerStepOptions;

/**
 * What is usually trained in every step: a perceptron of two hidden layers, by Adam. The two settings above need tens of
 * times fewer operations for the same objective.
 */
export const perStepUsual = {
  network: { form: "mlp", hidden: [64, 64] },
  optimizer: { kind: "adam", rate: 0.005, batch: 1024 },
  maximum: 500,
  checkEvery: 10,
  patience: Number.POSITIVE_INFINITY,
} as const satisfies PerStepOptions;
