/** @file Explicit steps with the exact score: what is left of a solver's error when nothing has to be learned. */

import { check } from "../../check/check.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Measure } from "../../measures/measure.ts";
import { landauOf } from "../../mobilities/landau.ts";
import { type BatchState, checkCloud, mobilityOfStep, stepAlong } from "./fieldStep.ts";

/** A measure with the second derivatives of its log-density. */
export interface ScoredMeasure extends Measure {
  /** `∂_k ∂_f log ρ` at each point, `[n, k, f]`. */
  scoreJacobian(points: Float64Array): Float64Array;
}

/**
 * Explicit Euler `v ← v + τ 𝓑[−∇log f_t](v)`, with the score of a known solution at the beginning of every step. What it is wrong by is due to the
 * time step and to the finite sample over which `𝓑` takes its means.
 *
 * @param options.solution the solution at any time, in the equation's units.
 * @param options.from the time of the initial cloud.
 * @param options.batch particles of a random batch; all of them unless given.
 */
export function exactScoreSolver(options: {
  readonly solution: (time: number) => ScoredMeasure;
  readonly from: number;
  readonly batch?: number;
}): Solver<BatchState> {
  const { solution, from, batch } = options;
  check(Number.isFinite(from), () => `exactScoreSolver: from must be a time, got ${from}`);
  const name = "explicit Euler, exact score";
  return {
    name,
    async init(flow, cloud, key) {
      landauOf(name, flow.mobility);
      checkCloud(name, flow, cloud);
      return { key, step: 0 };
    },
    async step(flow, cloud, state) {
      const density = solution(from + state.step * flow.tau);
      const positions = Float64Array.from(cloud.positions);
      const negated = (values: Float64Array) => values.map((value) => -value);
      const field = {
        value: negated(density.score(positions)),
        jacobian: negated(density.scoreJacobian(positions)),
      };
      const moved = stepAlong(flow, cloud, { field, mobility: mobilityOfStep(flow, state, batch) });
      return { ...moved, state: { ...state, step: state.step + 1 } };
    },
  };
}
