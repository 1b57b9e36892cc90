/** @file The solvers of the Landau equation that are held against each other, and the networks that they train. */

import type { Engine } from "../../../engine/engine.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepLoss } from "../../../jko/perStepLoss.ts";
import type { Solver } from "../../../jko/solver.ts";
import { methodColours } from "../../../report/colours.ts";
import type { Dash } from "../../../report/lineChart.ts";
import { landauBlobSolver } from "../../../systems/landau/blob.ts";
import { exactScoreSolver } from "../../../systems/landau/exactScore.ts";
import type { LandauLaw } from "./law.ts";

/** A perceptron of `v` with SiLU and an affine skip, by Adamax at a constant rate on shuffled mini-batches; Adamax starts anew in each step. */
export interface LandauNetwork {
  readonly hidden: readonly number[];
  readonly rate: number;
  /** Particles of a mini-batch. */
  readonly batch: number;
  /** Passes over all particles in every step. */
  readonly passes: number;
  /** Whether hidden layers add to their inputs. */
  readonly residual?: boolean;
  /** How the network is fitted to the initial density's score before the first step: by Adam, the rate falling to zero. */
  readonly initial: { readonly iterations: number; readonly rate: number };
}

export interface LandauMethod {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly dash?: Dash;
  readonly logDeterminant: "exact" | "linear";
  solver(engine: Engine, particles: number): Solver<unknown>;
}

/**
 * The network of each step starts from that of the one before. Without the affine skip the particles' covariance would not obey its law: linear
 * fields must be among those over which the objective is minimised.
 */
export function landauNetworkSolver(
  engine: Engine,
  network: LandauNetwork,
  options: { readonly law: LandauLaw; readonly loss: PerStepLoss; readonly particles: number },
): Solver<unknown> {
  const { hidden, rate, passes, residual = false } = network;
  const { law, loss, particles } = options;
  const batch = Math.min(network.batch, particles);
  const iterations = passes * Math.floor(particles / batch);
  return perStepSolver(engine, {
    network: { form: "mlp", hidden, activation: "silu", skip: true, residual },
    optimizer: { kind: "adamax", rate, schedule: "constant", batch },
    loss,
    holdOut: 0,
    warmStart: true,
    scaling: "none",
    maximum: iterations,
    checkEvery: iterations,
    patience: Number.POSITIVE_INFINITY,
    initial: { score: (points) => law.initial.score(points), ...network.initial, batch },
  }) as Solver<unknown>;
}

/** The networks of one kind: trained by the JKO objective with either log-determinant, and by score matching. */
export function landauNetworkMethods(law: LandauLaw, network: LandauNetwork): readonly LandauMethod[] {
  const solver = (loss: PerStepLoss) => (engine: Engine, particles: number) =>
    landauNetworkSolver(engine, network, { law, loss, particles });
  return [
    {
      id: "exact",
      name: "JKO, exact log-det",
      colour: methodColours.operator,
      logDeterminant: "exact",
      solver: solver("jko"),
    },
    {
      id: "linear",
      name: "JKO, linear log-det",
      colour: methodColours.floor,
      dash: "dashed",
      logDeterminant: "linear",
      solver: solver("jko"),
    },
    {
      id: "score",
      name: "score matching",
      colour: methodColours.perStep,
      dash: "dotted",
      logDeterminant: "exact",
      solver: solver("score"),
    },
  ];
}

/** Explicit steps with the score of the known solution: the error of the time step and of the sample. */
export function landauOracle(solution: NonNullable<LandauLaw["exact"]>, from: number): LandauMethod {
  return {
    id: "oracle",
    name: "exact score",
    colour: methodColours.identity,
    logDeterminant: "exact",
    solver: () => exactScoreSolver({ solution: (time) => solution.at(time), from }) as Solver<unknown>,
  };
}

/** The blob method with explicit steps of the same length. */
export function landauBlob(options: { readonly epsilon?: number } = {}): LandauMethod {
  return {
    id: "blob",
    name: "blob",
    colour: methodColours.euler,
    logDeterminant: "exact",
    solver: () => landauBlobSolver({ substeps: 1, ...options }) as Solver<unknown>,
  };
}
