/** @file What the batches of a training are drawn from, and how large they are. */

import { type GradientFlow, pushed } from "../jko/flow.ts";
import type { Family } from "../measures/family.ts";
import type { BatchShape, BatchSource, Pool, Ranges } from "./pool.ts";

/** The settings of a training that say what its batches are. */
export interface BatchSettings {
  readonly batch: number;
  readonly context: number;
  readonly queries: number;
  readonly ranges: Ranges;
}

/** A whole batch. */
export function batchShape(flow: GradientFlow, training: BatchSettings): BatchShape {
  const { batch, context, queries } = training;
  return { dimension: flow.dimension, densities: batch, context, queries };
}

/** Densities of a pool, and of the family where they are initial: as the flow's conservative part leaves them. */
export function batchSource(
  job: { readonly flow: GradientFlow; readonly family: Family; readonly training: BatchSettings },
  pool: Pool,
): BatchSource {
  const { flow, family, training } = job;
  return { pool, family, ranges: training.ranges, prepare: (cloud) => pushed(flow, cloud).cloud };
}
