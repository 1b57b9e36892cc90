/** @file The field of a step, which solvers do not report, overheard where it becomes a velocity. */

import type { GradientFlow } from "../../../jko/flow.ts";
import type { FieldArrays } from "../../../mobilities/mobility.ts";

export interface ListeningFlow {
  readonly flow: GradientFlow;
  /** The field `w` of which the velocity of `count` particles was asked for last; undefined where there was none. */
  heard(count: number): FieldArrays | undefined;
  forget(): void;
}

/** The same flow, whose mobility remembers what it was applied to in Float64. */
export function listeningFlow(flow: GradientFlow): ListeningFlow {
  let last: { readonly field: FieldArrays; readonly count: number } | undefined;
  return {
    flow: {
      ...flow,
      mobility: {
        ...flow.mobility,
        applyArrays(field, cloud) {
          last = { field, count: cloud.count };
          return flow.mobility.applyArrays(field, cloud);
        },
      },
    },
    heard: (count) => (last?.count === count ? last.field : undefined),
    forget: () => {
      last = undefined;
    },
  };
}
