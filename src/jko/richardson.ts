/** @file Second order in time: Richardson extrapolation of a first-order solver, step by step or over the whole roll-out. */

import type { Cloud } from "../measures/cloud.ts";
import { compositeInfo } from "./composite.ts";
import { twoHalves } from "./halving.ts";
import type { Solver, SolverStep } from "./solver.ts";

/**
 * `T_R = 2 T_{τ/2}∘T_{τ/2} − T_τ` in every step: the local errors of order `τ²` cancel. Log-densities are extrapolated alike, which is
 * that of `T_R` up to order `τ⁴`. The energy need not fall in such a step, and its determinants say whether it folds.
 */
export function localExtrapolation<State>(solver: Solver<State>): Solver<State> {
  return {
    name: `${solver.name}, extrapolated in every step`,
    init: (flow, cloud, key) => solver.init(flow, cloud, key),
    async step(flow, cloud, state) {
      const whole = await solver.step(flow, cloud, state);
      const halves = await twoHalves(solver, flow, { cloud, state });
      return extrapolated(flow, cloud, { coarse: [whole], fine: halves, state: halves[1].state });
    },
  };
}

/** Two roll-outs of the same particles, side by side. */
export interface GlobalState<State> {
  readonly coarse: { readonly cloud: Cloud; readonly state: State };
  readonly fine: { readonly cloud: Cloud; readonly state: State };
}

/**
 * Rolls out in steps of `τ` and of `τ/2`, both from the initial density, and reports `2X_{τ/2} − X_τ` of each particle: the errors of order
 * `τ` that have come together cancel. Neither roll-out sees the extrapolation, so both stay JKO chains. Log-densities are
 * extrapolated alike.
 */
export function globalExtrapolation<State>(solver: Solver<State>): Solver<GlobalState<State>> {
  return {
    name: `${solver.name}, extrapolated`,
    async init(flow, cloud, key) {
      const state = await solver.init(flow, cloud, key);
      return { coarse: { cloud, state }, fine: { cloud, state } };
    },
    async step(flow, cloud, { coarse, fine }) {
      const whole = await solver.step(flow, coarse.cloud, coarse.state);
      const halves = await twoHalves(solver, flow, fine);
      return extrapolated(flow, cloud, {
        coarse: [whole],
        fine: halves,
        state: { coarse: whole, fine: halves[1] },
      });
    },
  };
}

function extrapolated<Inner, State>(
  flow: Parameters<Solver<State>["step"]>[0],
  before: Cloud,
  made: {
    readonly coarse: readonly SolverStep<Inner>[];
    readonly fine: readonly SolverStep<Inner>[];
    readonly state: State;
  },
): SolverStep<State> {
  const [one, two] = [made.coarse, made.fine].map((steps) => steps[steps.length - 1].cloud);
  const twice = (fine: ArrayLike<number>, coarse: ArrayLike<number>) =>
    Float64Array.from(fine, (x, i) => 2 * x - coarse[i]);
  const cloud = {
    ...two,
    positions: twice(two.positions, one.positions),
    logDensity: twice(two.logDensity, one.logDensity),
  };
  const parts = [...made.coarse, ...made.fine].map(({ info }) => info);
  return { cloud, state: made.state, info: compositeInfo(flow, { before, after: cloud }, parts) };
}
