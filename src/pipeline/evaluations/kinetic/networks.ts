/** @file The networks that kinetic steps are trained with. */

import type { Engine } from "../../../engine/engine.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepLoss } from "../../../jko/perStepLoss.ts";
import type { InitialField, PerStepOptions } from "../../../jko/perStepSettings.ts";
import type { Solver } from "../../../jko/solver.ts";

/** A perceptron with tanh and the number of iterations of Adam, at a constant rate, on all particles at once. */
export interface KineticNetwork {
  readonly hidden: readonly number[];
  readonly rate: number;
  readonly iterations: number;
  /** Of the first step, which starts from nothing. */
  readonly firstIterations?: number;
  /** The score of the initial density, to which the network is fitted before the first step; it starts at zero without. */
  readonly initial?: InitialField;
  /** Waves by which a position on a torus enters. */
  readonly harmonics?: number;
  /**
   * Part of the particles on which every fifth iterate is judged: a step ends when three looks in a row find nothing better, before it
   * fits noise. Without, all particles are trained on and all iterations made.
   */
  readonly holdOut?: number;
  /** Whether an affine field is added to the perceptron. */
  readonly skip?: boolean;
}

const usual = {
  scaling: "none",
  holdOut: 0,
  warmStart: true,
  patience: Number.POSITIVE_INFINITY,
} as const satisfies PerStepOptions;

/**
 * Velocities by a perceptron of positions and velocities, in their own units, whose last layer starts at zero: without an
 * initial fit the first iterate of all is the conservative push alone. The parameters of a step are the start of the next one.
 *
 * @param loss `jko`, or `score` for score matching with the same network and the same iterations.
 */
export function kineticNetworkSolver(
  engine: Engine,
  network: KineticNetwork,
  loss: PerStepLoss = "jko",
): Solver<unknown> {
  const { hidden, rate, iterations, harmonics = 1, skip = false, holdOut = 0 } = network;
  return perStepSolver(engine, {
    ...usual,
    loss,
    holdOut,
    network: { form: "mlp", hidden, skip, harmonics },
    optimizer: { kind: "adam", rate, schedule: "constant" },
    maximum: iterations,
    ...(holdOut > 0 ? { checkEvery: 5, patience: 3 } : { checkEvery: iterations }),
    ...(network.initial === undefined ? {} : { initial: network.initial }),
    ...(network.firstIterations === undefined ? {} : { firstMaximum: network.firstIterations }),
  }) as Solver<unknown>;
}

/**
 * The same perceptron, with an affine field added, in the units of the cloud and by L-BFGS: a quarter of the particles is held out, on
 * which every other iterate is judged, and three looks in a row without improvement end a step. It resolves what Adam does not in as many
 * iterations, and does not fit noise.
 */
export function relaxationNetworkSolver(
  engine: Engine,
  network: {
    readonly hidden: readonly number[];
    readonly harmonics?: number;
    /** Most iterations of a step. */
    readonly iterations: number;
    readonly particles: number;
  },
): Solver<unknown> {
  const { hidden, harmonics = 1, iterations, particles } = network;
  return perStepSolver(engine, {
    network: { form: "mlp", hidden, harmonics },
    optimizer: { kind: "lbfgs", particles },
    holdOut: 0.25,
    maximum: iterations,
    checkEvery: 2,
    patience: 3,
  }) as Solver<unknown>;
}

/** The same with an affine field, whose minimiser has a closed form. */
export function affineNetworkSolver(
  engine: Engine,
  options: { readonly rate: number; readonly iterations: number },
): Solver<unknown> {
  const { rate, iterations } = options;
  return perStepSolver(engine, {
    ...usual,
    network: { form: "affine" },
    optimizer: { kind: "adam", rate, schedule: "constant" },
    maximum: iterations,
    checkEvery: iterations,
    firstMaximum: 2 * iterations,
  }) as Solver<unknown>;
}
