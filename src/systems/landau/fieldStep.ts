/** @file A step of the Landau equation along a field that is known at the particles. */

import { check } from "../../check/check.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud, velocityOf } from "../../jko/move.ts";
import type { StepInfo } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { FieldArrays } from "../../mobilities/mobility.ts";

/** `T = id + τ 𝓑[w]`, the whole of it. */
export function stepAlong(
  flow: GradientFlow,
  cloud: Cloud,
  field: FieldArrays,
): { readonly cloud: Cloud; readonly info: StepInfo } {
  return moveCloud(flow, cloud, { velocity: velocityOf(flow, cloud, field), portion: 1, iterations: 0 });
}

/** @throws InputError unless the cloud is one of the flow; `name` is the caller's. */
export function checkCloud(name: string, flow: GradientFlow, cloud: Cloud): void {
  check(
    cloud.dimension === flow.dimension,
    () => `${name}: the cloud must have dimension ${flow.dimension}, got ${cloud.dimension}`,
  );
}
