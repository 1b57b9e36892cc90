/** @file The trajectory pool: densities at several times, from which every batch draws fresh particles. */

import { type NdArray, ndarray } from "../engine/array.ts";
import type { Floats } from "../measures/cloud.ts";
import { integers, uniforms } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";

/** One density of the pool at one time of its trajectory. */
export interface Snapshot {
  readonly trajectory: number;
  readonly step: number;
  /** Row-major `[n, d]`. */
  readonly positions: Floats;
  readonly logDensity: Floats;
}

export interface BatchShape {
  readonly dimension: number;
  /** Densities a batch. */
  readonly densities: number;
  readonly context: number;
  readonly queries: number;
}

export interface BatchArrays {
  readonly context: { readonly positions: NdArray; readonly logDensity: NdArray };
  readonly queries: { readonly positions: NdArray; readonly logDensity: NdArray };
}

/**
 * Draws one training batch. Steps are drawn first and densities second, so that late times, of which the pool
 * holds as many as of early ones, weigh the same; within a density a random block of particles is split into
 * context and queries, which therefore never share a particle.
 */
export function drawBatch(snapshots: readonly Snapshot[], shape: BatchShape, key: Key): BatchArrays {
  const { dimension: d, densities, context, queries } = shape;
  const chosen = integers(foldIn(key, "snapshot"), snapshots.length, densities);
  const offsets = uniforms(foldIn(key, "offset"), densities);
  const block = (size: number) => ({
    positions: new Float32Array(densities * size * d),
    logDensity: new Float32Array(densities * size),
  });
  const [contextBlock, queryBlock] = [block(context), block(queries)];
  for (let b = 0; b < densities; b++) {
    const { positions, logDensity } = snapshots[chosen[b]];
    const start = Math.floor(offsets[b] * (logDensity.length - context - queries + 1));
    const middle = start + context;
    contextBlock.positions.set(positions.subarray(start * d, middle * d), b * context * d);
    contextBlock.logDensity.set(logDensity.subarray(start, middle), b * context);
    queryBlock.positions.set(positions.subarray(middle * d, (middle + queries) * d), b * queries * d);
    queryBlock.logDensity.set(logDensity.subarray(middle, middle + queries), b * queries);
  }
  const arrays = (filled: typeof contextBlock, size: number) => ({
    positions: ndarray(filled.positions, [densities, size, d]),
    logDensity: ndarray(filled.logDensity, [densities, size]),
  });
  return { context: arrays(contextBlock, context), queries: arrays(queryBlock, queries) };
}
