/** @file Rolls a solver out under a stopwatch. */

import { rollout, type Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { Key } from "../../random/key.ts";
import type { EvaluationContext } from "../definition.ts";

/** A roll-out: where particles were after `0, 1, …` steps, and at which second; the solver's `init` lies between the first two. */
export interface Followed {
  readonly clouds: readonly Cloud[];
  readonly times: readonly number[];
}

/** Rolls a solver out and keeps every cloud. */
export async function follow<State>(
  context: EvaluationContext,
  solver: Solver<State>,
  start: { readonly cloud: Cloud; readonly steps: number; readonly key: Key },
): Promise<Followed> {
  const clouds: Cloud[] = [];
  const times: number[] = [];
  for await (const frame of rollout(solver, { flow: context.problem.flow, cloud: start.cloud }, start)) {
    context.signal.throwIfAborted();
    clouds.push(frame.cloud);
    times.push(context.clock());
  }
  return { clouds, times };
}

/** Seconds a step. The first step does not count where there are more: it compiles. */
export function paceOf({ times }: Followed): number {
  const first = times.length > 2 ? 1 : 0;
  return ((times.at(-1) as number) - times[first]) / (times.length - 1 - first);
}
