/** @file What a step reports that was put together from several. */

import type { Cloud } from "../measures/cloud.ts";
import type { GradientFlow } from "./flow.ts";
import { arrive } from "./move.ts";
import type { StepInfo } from "./solver.ts";

/**
 * The report of a step in the Wasserstein metric from the clouds before and after it: its action is that of the straight way,
 * `|T − x|²/2τ`, and its determinants are those that the log-densities have changed by.
 *
 * @param parts the steps that it is made of; folds, pieces and iterations are theirs.
 */
export function compositeInfo(
  flow: GradientFlow,
  { before, after }: { readonly before: Cloud; readonly after: Cloud },
  parts: readonly StepInfo[],
): StepInfo {
  const { dimension: d, count } = after;
  const action = new Float64Array(count);
  for (let i = 0; i < count * d; i++) {
    action[Math.floor(i / d)] += ((after.positions[i] - before.positions[i]) / flow.tau) ** 2;
  }
  const determinants = Float64Array.from(after.logDensity, (value, i) =>
    Math.exp(before.logDensity[i] - value),
  );
  const total = (pick: (info: StepInfo) => number) => parts.reduce((sum, info) => sum + pick(info), 0);
  const least = (pick: (info: StepInfo) => number) => Math.min(...parts.map(pick));
  const folded = total((info) => info.folded);
  const passage = { start: before, cloud: after, determinants, action, portion: 1, pieces: 1 };
  const info = arrive(
    flow,
    passage,
    total((part) => part.iterations),
  );
  return {
    ...info,
    folded,
    smallestDeterminant: folded === 0 ? info.smallestDeterminant : least((part) => part.smallestDeterminant),
    portion: least((part) => part.portion),
    pieces: total((part) => part.pieces),
  };
}

/** The report of a step that particles have made in `pieces` by the equation itself; NaN where their density is not known. */
export function simulatedInfo(
  flow: GradientFlow,
  way: { readonly before: Cloud; readonly after: Cloud },
  pieces: number,
): StepInfo {
  return { ...compositeInfo(flow, way, []), portion: 1, pieces };
}
