/** @file Errors in time of an operator's steps, and of their extrapolation to second order. */

import type { Engine } from "../../src/engine/engine.ts";
import { localExtrapolation } from "../../src/jko/richardson.ts";
import type { Solver } from "../../src/jko/solver.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { type OperatorModel, operatorSolver } from "../../src/operator/solver.ts";
import { contextKey, type SolvedCase, spreadOf } from "../../src/pipeline/evaluations/law.ts";
import type { Key } from "../../src/random/key.ts";

/** Median errors over densities against the equation at time `kτ`, in %, for `k` of {@link timedSteps}. */
export interface TimeErrors {
  /** Of the exact JKO chain: the error of the time step alone. */
  readonly exact: readonly number[];
  readonly operator: readonly number[];
  /** Of `2 T_{τ/2}∘T_{τ/2} − T_τ` in every step. */
  readonly extrapolated: readonly number[];
}

/** After so many steps. */
export const timedSteps: readonly number[] = [1, 10];

/** Rolls the operator out with and without extrapolation, and compares particle by particle with the equation. */
export async function extrapolationErrors(
  engine: Engine,
  model: OperatorModel,
  options: { readonly cases: readonly SolvedCase[]; readonly context: number; readonly key: Key },
): Promise<TimeErrors> {
  const { cases, context, key } = options;
  const solver = operatorSolver(engine, model, { context });
  const medians = (errors: readonly number[][]) => errors.map((row) => spreadOf(row).median);
  const exact = timedSteps.map((k) => cases.map((c) => against(c, k, c.exact(k))));
  const rolled = async <State>(by: Solver<State>) => {
    const byCase: number[][] = [];
    for (const [i, c] of cases.entries())
      byCase.push(await courseOf(by, model, { case: c, key: contextKey(key, i) }));
    return timedSteps.map((_, k) => byCase.map((errors) => errors[k]));
  };
  return {
    exact: medians(exact),
    operator: medians(await rolled(solver)),
    extrapolated: medians(await rolled(localExtrapolation(solver))),
  };
}

async function courseOf<State>(
  solver: Solver<State>,
  { flow }: OperatorModel,
  start: { readonly case: SolvedCase; readonly key: Key },
): Promise<number[]> {
  let { cloud } = start.case;
  let state: State = await solver.init(flow, cloud, start.key);
  const errors: number[] = [];
  for (let k = 1; k <= Math.max(...timedSteps); k++) {
    ({ cloud, state } = await solver.step(flow, cloud, state));
    if (timedSteps.includes(k)) errors.push(against(start.case, k, cloud.positions));
  }
  return errors;
}

function against(c: SolvedCase, k: number, positions: ArrayLike<number>): number {
  return unexplainedVariance(positions, c.flowed(k), c.cloud.dimension);
}
