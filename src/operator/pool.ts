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

/** A density that batches are drawn from, wherever its particles lie. */
export interface PooledDensity {
  /** Steps that led to it; 0 for initial densities, which batches draw anew. */
  readonly step: number;
  /** Particles. */
  readonly count: number;
  /** Particles `start … start + count`. */
  rows(rows: { readonly start: number; readonly count: number }): Particles | Promise<Particles>;
}

export type Pool = readonly PooledDensity[];

/** Particles of one density. */
export type Particles = Pick<Snapshot, "positions" | "logDensity">;

/** A pool of snapshots that are in memory; rows are views on them. */
export function memoryPool(snapshots: readonly Snapshot[]): Pool {
  return snapshots.map(({ step, positions, logDensity }) => ({
    step,
    count: logDensity.length,
    rows({ start, count }) {
      const dimension = positions.length / logDensity.length;
      return {
        positions: positions.subarray(start * dimension, (start + count) * dimension),
        logDensity: logDensity.subarray(start, start + count),
      };
    },
  }));
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

/** Where the densities of a batch come from. */
export interface BatchSource {
  /** With at least one density. */
  readonly pool: Pool;
  /** What initial densities are drawn from. */
  readonly family: Family;
  /** What is done to an initial density before the operator sees it; nothing where this is left out. */
  readonly prepare?: (cloud: Cloud) => Cloud;
  /**
   * From where each density's step and the flow's parameters are drawn anew, whatever led there: any density may take any step of any
   * flow of the family.
   */
  readonly ranges?: Ranges;
}

/** Densities `first … first + count` of a batch. */
export interface BatchShare {
  readonly first: number;
  readonly count: number;
}

/**
 * Draws one training batch: a part of its densities from the initial ones, the rest from the whole pool. Initial
 * densities cost nothing to draw, so each is a new one, with new particles; of those at later times a random block
 * of particles is taken. Context and queries never share a particle.
 *
 * @param at.share the densities to draw where not all of the batch is wanted; each is what it would be in the whole batch.
 */
export async function drawBatch(
  source: BatchSource,
  shape: BatchShape,
  at: { readonly key: Key; readonly share?: BatchShare },
): Promise<BatchArrays> {
  const { ranges = {} } = source;
  const { dimension: d, densities, context, queries } = shape;
  const { key, share = { first: 0, count: densities } } = at;
  const chosen = await Promise.all(choose(source, shape, { key, share }));
  const arrays = (from: number, size: number) => {
    const positions = new Float32Array(share.count * size * d);
    const logDensity = new Float32Array(share.count * size);
    chosen.forEach((particles, b) => {
      positions.set(particles.positions.subarray(from * d, (from + size) * d), b * size * d);
      logDensity.set(particles.logDensity.subarray(from, from + size), b * size);
    });
    return {
      positions: ndarray(positions, [share.count, size, d]),
      logDensity: ndarray(logDensity, [share.count, size]),
    };
  };
  const blocks = { context: arrays(0, context), queries: arrays(context, queries) };
  const drawn = Array.from({ length: share.count }, (_, b) =>
    drawConditions(ranges, (name) => foldIn(foldIn(key, name), share.first + b)),
  );
  const column = (name: string) =>
    ndarray(
      Float32Array.from(drawn, (values) => values[name]),
      [share.count, 1],
    );
  const { tau, ...conditions } = Object.fromEntries(Object.keys(ranges).map((name) => [name, column(name)]));
  return { ...blocks, ...(tau === undefined ? {} : { tau }), conditions };
}

/** `context + queries` particles of each density of a share. */
function choose(
  source: BatchSource,
  shape: BatchShape,
  at: { readonly key: Key; readonly share: BatchShare },
): (Particles | Promise<Particles>)[] {
  const { pool, family } = source;
  const { densities, context, queries } = shape;
  const { key, share } = at;
  const count = context + queries;
  const afresh = Math.round(initialShare * densities);
  const picks = integers(foldIn(key, "snapshot"), pool.length, densities);
  const offsets = uniforms(foldIn(key, "offset"), densities);
  return Array.from({ length: share.count }, (_, i) => {
    const b = share.first + i;
    const pick = pool[picks[b]];
    if (b >= afresh && pick.step > 0)
      return pick.rows({ start: Math.floor(offsets[b] * (pick.count - count + 1)), count });
    const own = foldIn(foldIn(key, "initial"), b);
    const cloud = sampleCloud(family.draw(foldIn(own, "density")), foldIn(own, "particles"), count);
    return source.prepare?.(cloud) ?? cloud;
  });
}
