/** @file Explicit steps with the exact score: what is left of a solver's error when nothing has to be learned. */

import { check } from "../../check/check.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Measure } from "../../measures/measure.ts";
import { landauOf } from "../../mobilities/landau.ts";
import { checkCloud, stepAlong } from "./fieldStep.ts";

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
 */
export function exactScoreSolver(options: {
  readonly solution: (time: number) => ScoredMeasure;
  readonly from: number;
}): Solver<number> {
  const { solution, from } = options;
  check(Number.isFinite(from), () => `exactScoreSolver: from must be a time, got ${from}`);
  const name = "explicit Euler, exact score";
  return {
    name,
    async init(flow, cloud) {
      landauOf(name, flow.mobility);
      checkCloud(name, flow, cloud);
      return 0;
    },
    async step(flow, cloud, step) {
      const density = solution(from + step * flow.tau);
      const positions = Float64Array.from(cloud.positions);
      const negated = (values: Float64Array) => values.map((value) => -value);
      const field = {
        value: negated(density.score(positions)),
        jacobian: negated(density.scoreJacobian(positions)),
      };
      return { ...stepAlong(flow, cloud, field), state: step + 1 };
    },
  };
}
