/** @file The networks that kinetic steps are trained with. */

import type { Engine } from "../../../engine/engine.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepLoss } from "../../../jko/perStepLoss.ts";
import type { PerStepOptions } from "../../../jko/perStepSettings.ts";
import type { Solver } from "../../../jko/solver.ts";

/** A perceptron with tanh and the number of iterations of Adam, at a constant rate, on all particles at once. */
export interface KineticNetwork {
  readonly hidden: readonly number[];
  readonly rate: number;
  readonly iterations: number;
  /** Of the first step, which starts from nothing. */
  readonly firstIterations?: number;
  /** Waves by which a position on a torus enters. */
  readonly harmonics?: number;
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
 * Velocities by a perceptron of positions and velocities, in their own units, whose last layer starts at zero: the first iterate of all is
 * the conservative push alone. The parameters of a step are the start of the next one.
 *
 * @param loss `jko`, or `score` for score matching with the same network and the same iterations.
 */
export function kineticNetworkSolver(
  engine: Engine,
  network: KineticNetwork,
  loss: PerStepLoss = "jko",
): Solver<unknown> {
  const { hidden, rate, iterations, harmonics = 1, skip = false } = network;
  return perStepSolver(engine, {
    ...usual,
    loss,
    network: { form: "mlp", hidden, skip, harmonics },
    optimizer: { kind: "adam", rate, schedule: "constant" },
    maximum: iterations,
    checkEvery: iterations,
    ...(network.firstIterations === undefined ? {} : { firstMaximum: network.firstIterations }),
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
