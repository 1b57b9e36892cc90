/** @file Something at any number of points, by runs of one program on tiles of points. */

import type { Floats } from "../measures/cloud.ts";

/**
 * Most points of a run: enough to hide the cost of the run, few enough for the cache. Large ones are a tenth faster, but of a small
 * cloud they would leave too few tiles for threads to share.
 */
const largestTile = (count: number): number => (count < 2 ** 15 ? 1280 : 2048);

/** Fewest points that are worth a run of their own. */
const smallestTile = 192;

/** Tiles of sizes in these steps, so that few programs are compiled. */
const tileStep = 128;

/** The size of tiles. Their number is even, so that two threads share them without one of them waiting. */
function tileOf(count: number): number {
  const tiles = count < 2 * smallestTile ? 1 : 2 * Math.ceil(count / largestTile(count) / 2);
  return tileStep * Math.ceil(count / tiles / tileStep);
}

/** Tiles, or densities, that are asked for at once: enough for the threads of an engine, and few to be held in memory. */
const pieces = 32;

/**
 * Evaluates something at every point tile by tile, so that every run has the same shapes; the last tile is padded with points that are valid.
 *
 * @param queries row-major `[n, dimension]`, any `n`.
 * @param sizes.columns how many numbers a point has in each of the results.
 * @param run the results at the points of one tile, row-major `[tile, dimension]` to `[tile, columns]`.
 */
export async function inTiles(
  queries: Floats,
  sizes: { readonly dimension: number; readonly columns: readonly number[] },
  run: (points: Float32Array, tile: number) => Promise<readonly ArrayLike<number>[]>,
): Promise<Float32Array[]> {
  const { dimension, columns } = sizes;
  const count = queries.length / dimension;
  const results = columns.map((size) => new Float32Array(count * size));
  const tile = tileOf(count);
  const starts = Array.from({ length: Math.ceil(count / tile) }, (_, k) => k * tile);
  await atOnce(starts, async (start) => {
    const block = { size: tile * dimension, period: dimension };
    const outputs = await run(paddedBlock(queries, start * dimension, block), tile);
    results.forEach((result, k) => {
      copy(result, outputs[k], { start: start * columns[k], size: tile * columns[k] });
    });
  });
  return results;
}

/** Does something with every item, with so many at once that an engine can run them beside each other; results in the items' order. */
export async function atOnce<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await act(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(pieces, items.length) }, work));
  return results;
}

/** Copies a tile, or what of it lies within the array. */
function copy(
  to: Float32Array,
  from: ArrayLike<number>,
  { start, size }: { readonly start: number; readonly size: number },
): void {
  const used = Math.min(size, to.length - start);
  for (let i = 0; i < used; i++) to[start + i] = from[i];
}

/** `size` numbers from `start` on; beyond the end the last `period` numbers repeat: padding must be valid points. */
function paddedBlock(
  numbers: Floats,
  start: number,
  { size, period }: { readonly size: number; readonly period: number },
): Float32Array {
  const block = new Float32Array(size);
  block.set(numbers.subarray(start, start + size));
  for (let i = numbers.length - start; i < size; i++) block[i] = block[i - period];
  return block;
}
