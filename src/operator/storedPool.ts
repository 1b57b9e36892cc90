/** @file The pool of a round: in memory as far as a budget goes, and read from the dataset's files beyond it. */

import type { Dataset, SnapshotFilter } from "../datasets/dataset.ts";
import type { SnapshotPlace } from "../datasets/snapshotRows.ts";
import { memoryPool, type Pool, type Snapshot } from "./pool.ts";

/** A pool with what it holds open. */
export interface OpenPool extends Pool {
  /** Bytes of particles that it holds in memory. */
  readonly residentBytes: number;
  /** Closes its files; what is being read comes to its end first. */
  close(): Promise<void>;
}

/** Bytes of snapshots that are held in memory: those of almost every training. */
export const poolBudget = 512 * 2 ** 20;

/**
 * The snapshots of some rounds, in the order of the dataset. Parts are read into memory as long as `budget` bytes of files last.
 * Of those beyond it only the particles that a batch asks for are read: batches pick snapshots uniformly, so that no choice of what to
 * keep serves them better than another. Where particles lie makes no difference to a batch.
 */
export async function openPool(
  dataset: Dataset,
  options: { readonly rounds: NonNullable<SnapshotFilter["rounds"]>; readonly budget?: number },
): Promise<OpenPool> {
  const { rounds, budget = poolBudget } = options;
  const pools: Pool[] = [];
  const files: { close(): Promise<void> }[] = [];
  const close = async () => void (await Promise.all(files.splice(0).map((file) => file.close())));
  let residentBytes = 0;
  try {
    for (const part of dataset.manifest.parts) {
      if (part.round < rounds[0] || part.round > rounds[1]) continue;
      if (residentBytes + part.bytes <= budget) {
        const snapshots: Snapshot[] = [];
        for await (const snapshot of dataset.read({ part: part.path })) snapshots.push(snapshot);
        residentBytes += part.bytes;
        pools.push(memoryPool(snapshots));
      } else {
        const file = await dataset.openRows(part);
        files.push(file);
        pools.push({
          size: file.places.length,
          step: (index) => file.places[index].step,
          count: (index) => file.places[index].count,
          rows: (index, rows) => file.read(file.places[index] as SnapshotPlace, rows),
        });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...joinedPools(pools), residentBytes, close };
}

/** Pools one behind another. */
function joinedPools(pools: readonly Pool[]): Pool {
  const ends: number[] = [];
  for (const { size } of pools) ends.push((ends.at(-1) ?? 0) + size);
  const at = (index: number) => {
    const which = ends.findIndex((end) => index < end);
    return { pool: pools[which], own: index - (which === 0 ? 0 : ends[which - 1]) };
  };
  return {
    size: ends.at(-1) ?? 0,
    step: (index) => {
      const { pool, own } = at(index);
      return pool.step(own);
    },
    count: (index) => {
      const { pool, own } = at(index);
      return pool.count(own);
    },
    rows: (index, rows) => {
      const { pool, own } = at(index);
      return pool.rows(own, rows);
    },
  };
}
