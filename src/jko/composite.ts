/** @file What a step reports that was put together from several. */

import type { Cloud } from "../measures/cloud.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import { arrive } from "./move.ts";
import type { StepInfo } from "./solver.ts";

/**
 * The report of a step from the clouds before and after it: its action is that of the straight way, `(T − x)·𝓑⁻¹(T − x)/2τ`, and its
 * determinants are those that the log-densities have changed by. Where the mobility couples particles, as Landau's and Stein's do, that
 * action is not known from the displacements: then `objective` and `standardError` are NaN, which certifies nothing.
 *
 * @param parts the steps that it is made of; folds, pieces and iterations are theirs.
 */
export function compositeInfo(
  flow: GradientFlow,
  { before, after }: { readonly before: Cloud; readonly after: Cloud },
  parts: readonly StepInfo[],
): StepInfo {
  const action = straightAction(flow, before, after);
  const determinants = new Float64Array(after.count);
  for (let i = 0; i < determinants.length; i++)
    determinants[i] = Math.exp(before.logDensity[i] - after.logDensity[i]);
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

/** `v·𝓑⁻¹v` of the velocities of straight ways, `[n]`. */
function straightAction(flow: GradientFlow, before: Cloud, after: Cloud): Float64Array {
  const { mobility, tau } = flow;
  const { dimension, count } = after;
  const { start, count: d } = movedCoordinates(flow);
  const velocity = new Float64Array(count * d);
  for (let k = 0; k < count * d; k++) {
    const at = Math.floor(k / d) * dimension + start + (k % d);
    velocity[k] = (after.positions[at] - before.positions[at]) / tau;
  }
  if (mobility.action !== undefined) return mobility.action(velocity);
  const action = new Float64Array(count);
  const cost = mobility.scale === undefined ? Number.NaN : 1 / mobility.scale;
  for (let k = 0; k < count * d; k++) action[Math.floor(k / d)] += cost * velocity[k] ** 2;
  return action;
}
