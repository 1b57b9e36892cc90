/** @file The solver of a roll-out: the operator alone, held to a tolerance, or extrapolated to second order. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import { adaptiveSolver } from "../jko/adaptive.ts";
import { perStepSolver } from "../jko/perStep.ts";
import { refinedSolver } from "../jko/refined.ts";
import { globalExtrapolation, localExtrapolation } from "../jko/richardson.ts";
import type { Solver } from "../jko/solver.ts";
import { type OperatorModel, operatorSolver, type Piece } from "../operator/solver.ts";

export type SecondOrder = "local" | "global";

/** How the steps of a roll-out are made. */
export interface RolloutMethod {
  /** Largest error of a step, in % of the density's width; the operator's steps are taken as they are without. */
  readonly tolerance?: number;
  /** Richardson extrapolation in the time step. */
  readonly secondOrder?: SecondOrder;
  /** Whether many particles may be spared the network, see `fieldEvaluator`; true where it is left out. */
  readonly lattice?: boolean;
}

/** How a step with a tolerance was made. */
export interface HeldStep {
  /** Parts that the time step was divided into. */
  readonly parts: number;
  /** How many of them were refined, and how many the per-step solver made. */
  readonly refined: number;
  readonly replaced: number;
  /** Sum of the parts' error bars, and of their differences from half steps, as parts of the density's width. */
  readonly bar: number;
  readonly difference: number;
  /** Whether all parts met their share of the tolerance. */
  readonly met: boolean;
}

/** Listeners to what the solver does inside its steps. */
export interface RolloutObservers {
  readonly pieces?: (pieces: readonly Piece[]) => void;
  readonly held?: (step: HeldStep) => void;
}

/**
 * The operator's solver, wrapped as the method asks. With a tolerance `ε` every step of `τ` has two errors of at most `ε` of the width each:
 * that of the map, by its error bar, and that of the time step, by one step against two halves.
 */
export function rolloutSolver(
  operator: { readonly engine: Engine; readonly model: OperatorModel; readonly context: number },
  method: RolloutMethod,
  observers: RolloutObservers = {},
): Solver<unknown> {
  const { engine, model, context } = operator;
  const { tolerance, secondOrder, lattice = true } = method;
  check(
    tolerance === undefined || secondOrder === undefined,
    () =>
      "rollout: a tolerance chooses the time steps, and extrapolation takes them as they are. Give --tolerance or --second-order, not both.",
  );
  const { pieces, held } = observers;
  const first = operatorSolver(engine, model, {
    context,
    lattice,
    ...(pieces === undefined ? {} : { observe: pieces }),
  });
  if (secondOrder !== undefined) {
    return secondOrder === "local" ? localExtrapolation(first) : globalExtrapolation(first);
  }
  if (tolerance === undefined) return first;
  const part = tolerance / 100;
  const second = perStepSolver(engine);
  const refined = refinedSolver(engine, { first, second }, { tolerance: part, per: model.flow.tau });
  let seen = 0;
  return adaptiveSolver(refined, {
    tolerance: part,
    observe({ parts, difference, met }, { made }) {
      const own = made.slice(seen);
      seen = made.length;
      held?.({
        parts,
        refined: own.filter(({ refinements }) => refinements > 0).length,
        replaced: own.filter(({ by }) => by === second.name).length,
        bar: own.reduce((sum, { relative }) => sum + relative, 0),
        difference,
        met: met && own.every((one) => one.met),
      });
    },
  });
}
