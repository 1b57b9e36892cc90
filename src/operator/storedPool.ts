/** @file The pool of a round: in memory as far as a budget goes, and read from the dataset's files beyond it. */

import type { Dataset, SnapshotFilter } from "../datasets/dataset.ts";
import { memoryPool, type Pool, type PooledDensity, type Snapshot } from "./pool.ts";

/** A pool with what it holds open. */
export interface OpenPool {
  readonly densities: Pool;
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
  const densities: PooledDensity[] = [];
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
        for (const density of memoryPool(snapshots)) densities.push(density);
      } else {
        const file = await dataset.openRows(part);
        files.push(file);
        for (const place of file.places)
          densities.push({ step: place.step, count: place.count, rows: (rows) => file.read(place, rows) });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { densities, residentBytes, close };
}
