/** @file A solver that chooses its own time steps: as long as the error of the time step allows. */

import type { Cloud } from "../measures/cloud.ts";
import { compositeInfo } from "./composite.ts";
import type { GradientFlow } from "./flow.ts";
import { halfOf, relativeDistance, secondHalfOf, twoHalves } from "./halving.ts";
import type { Solver, SolverStep, StepInfo } from "./solver.ts";

export interface AdaptiveOptions<State> {
  /** Largest error of the time step over the flow's `τ`, as a part of the density's width `√Var`; parts of a step get their share. */
  readonly tolerance: number;
  /** Told how each step was divided, and the state of the solver after it. */
  readonly observe?: (made: AdaptiveOutcome, state: State) => void;
}

/** The parts of a step, the sum of their differences (one step against two of half the length), and whether all were small enough. */
export interface AdaptiveOutcome {
  readonly parts: number;
  readonly difference: number;
  readonly met: boolean;
}

/** A step is halved at most so often. */
const mostHalvings = 8;

/**
 * Makes a step of `τ` in parts. Of a part, one step of its length `h` is compared with two of `h/2`; those are kept where they differ by no
 * more than the tolerance's share `h/τ`, none folds and the energy does not rise, and the part is halved where not. The local error of one
 * step is `Ch²`, of two halves `Ch²/2`: their difference is the error of what is kept, to leading order.
 */
export function adaptiveSolver<State>(solver: Solver<State>, options: AdaptiveOptions<State>): Solver<State> {
  return {
    name: `${solver.name}, adaptive`,
    init: (flow, cloud, key) => solver.init(flow, cloud, key),
    async step(flow, cloud, state) {
      const parts: StepInfo[] = [];
      const outcome = { parts: 0, difference: 0, met: true };
      const advance = async (
        own: GradientFlow,
        from: { readonly cloud: Cloud; readonly state: State },
        known?: SolverStep<State>,
      ): Promise<{ readonly cloud: Cloud; readonly state: State }> => {
        const whole = known ?? (await solver.step(own, from.cloud, from.state));
        const halves = await twoHalves(solver, own, from);
        const difference = relativeDistance(whole.cloud, halves[1].cloud);
        const fine = difference <= (options.tolerance * own.tau) / flow.tau && halves.every(isSound);
        if (fine || own.tau < flow.tau * 0.5 ** (mostHalvings - 0.5)) {
          parts.push(...halves.map(({ info }) => info));
          outcome.parts += 2;
          outcome.difference += difference;
          outcome.met &&= fine;
          return halves[1];
        }
        // The first half is there already: it is the whole step of the next attempt.
        return advance(secondHalfOf(own), await advance(halfOf(own), from, halves[0]));
      };
      const last = await advance(flow, { cloud, state });
      options.observe?.(outcome, last.state);
      const info = compositeInfo(flow, { before: cloud, after: last.cloud }, parts);
      return { cloud: last.cloud, state: last.state, info };
    },
  };
}

function isSound<State>({ info }: SolverStep<State>): boolean {
  return info.folded === 0 && info.portion > 1 - 1e-9 && info.energyChange <= 3 * info.energyChangeError;
}
