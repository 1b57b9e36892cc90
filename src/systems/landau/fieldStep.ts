/** @file A step of the Landau equation along a field that is known at the particles. */

import { check } from "../../check/check.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud } from "../../jko/move.ts";
import type { StepInfo } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { FieldArrays, Mobility } from "../../mobilities/mobility.ts";
import { randomBatches } from "../../mobilities/randomBatches.ts";
import { foldIn, type Key } from "../../random/key.ts";

/** What the solvers of this folder carry from step to step. */
export interface BatchState {
  readonly key: Key;
  readonly step: number;
}

/** `T = id + τ 𝓑[w]` by the flow's mobility, or by another one that stands for it, such as one of random batches. */
export function stepAlong(
  flow: GradientFlow,
  cloud: Cloud,
  along: { readonly field: FieldArrays; readonly mobility?: Mobility },
): { readonly cloud: Cloud; readonly info: StepInfo } {
  const { field, mobility = flow.mobility } = along;
  const { dimension: d, count } = cloud;
  const { value, jacobian } = mobility.applyArrays(field, cloud);
  const action = new Float64Array(count);
  for (let k = 0; k < count * d; k++) action[Math.floor(k / d)] += field.value[k] * value[k];
  return moveCloud(flow, cloud, { velocity: { value, jacobian, action }, portion: 1, iterations: 0 });
}

/** The flow's mobility in the batches of one step, or as it is where no size is given. */
export function mobilityOfStep(flow: GradientFlow, state: BatchState, size: number | undefined): Mobility {
  if (size === undefined) return flow.mobility;
  return randomBatches(flow.mobility, { size, key: foldIn(foldIn(state.key, "batches"), state.step) });
}

/** @throws InputError unless the cloud is one of the flow; `name` is the caller's. */
export function checkCloud(name: string, flow: GradientFlow, cloud: Cloud): void {
  check(
    cloud.dimension === flow.dimension,
    () => `${name}: the cloud must have dimension ${flow.dimension}, got ${cloud.dimension}`,
  );
}
