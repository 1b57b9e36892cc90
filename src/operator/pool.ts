/** @file The trajectory pool: densities at several times, from which every batch draws fresh particles. */

import { type NdArray, ndarray } from "../engine/array.ts";
import { type Cloud, type Floats, sampleCloud } from "../measures/cloud.ts";
import type { Family } from "../measures/family.ts";
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

/** Part of a batch that is drawn from initial densities. */
const initialShare = 0.25;

export interface BatchArrays {
  readonly context: { readonly positions: NdArray; readonly logDensity: NdArray };
  readonly queries: { readonly positions: NdArray; readonly logDensity: NdArray };
  /** `[B, 1]`; absent where all densities take the flow's own step. */
  readonly tau?: NdArray;
  /** `[B, 1]` each; none where the flow's parameters do not vary. */
  readonly conditions: Readonly<Record<string, NdArray>>;
}

/** From where the JKO step `tau` and parameters of the flow are drawn, `[low, high]` by name; what is missing does not vary. */
export type Ranges = Readonly<Record<string, readonly [number, number]>>;

/** One value for each range, uniform in its logarithm. */
export function drawConditions(ranges: Ranges, key: (name: string) => Key): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, [low, high]]) => [
      name,
      low * (high / low) ** uniforms(key(name), 1)[0],
    ]),
  );
}

/**
 * Draws one training batch: a part of its densities from the initial ones, the rest from the whole pool. Initial
 * densities cost nothing to draw, so each is a new one, with new particles; of those at later times a random block
 * of particles is taken. Context and queries never share a particle.
 *
 * @param source.snapshots the pool, with at least one snapshot.
 * @param source.family what initial densities are drawn from.
 * @param source.prepare what is done to an initial density before the operator sees it; nothing where this is left out.
 * @param source.ranges from where each density's step and the flow's parameters are drawn anew, whatever led there: any density may take
 *   any step of any flow of the family.
 */
export function drawBatch(
  source: {
    readonly snapshots: readonly Snapshot[];
    readonly family: Family;
    readonly prepare?: (cloud: Cloud) => Cloud;
    readonly ranges?: Ranges;
  },
  shape: BatchShape,
  key: Key,
): BatchArrays {
  const { snapshots, family, ranges = {} } = source;
  const { dimension: d, densities, context, queries } = shape;
  const share = Math.round(initialShare * densities);
  const picks = integers(foldIn(key, "snapshot"), snapshots.length, densities);
  const chosen = Array.from(picks, (pick, b) => {
    if (b >= share && snapshots[pick].step > 0) return snapshots[pick];
    const own = foldIn(foldIn(key, "initial"), b);
    const cloud = sampleCloud(
      family.draw(foldIn(own, "density")),
      foldIn(own, "particles"),
      context + queries,
    );
    return source.prepare?.(cloud) ?? cloud;
  });
  const offsets = uniforms(foldIn(key, "offset"), densities);
  const block = (size: number) => ({
    positions: new Float32Array(densities * size * d),
    logDensity: new Float32Array(densities * size),
  });
  const [contextBlock, queryBlock] = [block(context), block(queries)];
  for (let b = 0; b < densities; b++) {
    const { positions, logDensity } = chosen[b];
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
  const blocks = { context: arrays(contextBlock, context), queries: arrays(queryBlock, queries) };
  const drawn = Array.from({ length: densities }, (_, b) =>
    drawConditions(ranges, (name) => foldIn(foldIn(key, name), b)),
  );
  const column = (name: string) =>
    ndarray(
      Float32Array.from(drawn, (values) => values[name]),
      [densities, 1],
    );
  const { tau, ...conditions } = Object.fromEntries(Object.keys(ranges).map((name) => [name, column(name)]));
  return { ...blocks, ...(tau === undefined ? {} : { tau }), conditions };
}
