/** @file What the files of a sharded run cost: the manifest, receipts, hashes, reading. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../../src/datasets/dataset.ts";
import type { PartEntry } from "../../src/datasets/manifest.ts";
import { readReceipt } from "../../src/datasets/receipt.ts";
import { sha256OfFile } from "../../src/files/hash.ts";

/** In seconds where nothing else is said. */
export interface FileCosts {
  /** Bytes a part. */
  readonly manifestBytes: number;
  /** Of 10,000 parts at once. */
  readonly commit: number;
  /** Of a dataset of 10,000 parts. */
  readonly open: number;
  /** A receipt that is not there. */
  readonly missing: number;
  /** A gigabyte. */
  readonly hash: number;
  readonly read: number;
}

const parts = 10_000;

/** Measures in an empty folder. */
export async function costsOfFiles(folder: string): Promise<FileCosts> {
  const format = { dimension: 2, domain: "euclidean", coordinates: ["x1", "x2"], units: ["1", "1"] };
  const dataset = await openDataset(folder, format);
  const [count, snapshots] = [100_000, 50];
  const positions = new Float32Array(2 * count);
  const logDensity = new Float32Array(count);
  const entry = await dataset.writePart({
    round: 1,
    name: "part-00000",
    snapshots: Array.from({ length: snapshots }, (_, trajectory) => ({
      ...{ trajectory, step: 0, time: 0, tau: 1, positions, logDensity, seed: 0, source: "initial" },
    })),
  });
  await dataset.commit([entry]);
  const gigabytes = entry.bytes / 1e9;
  const path = join(folder, entry.path);
  const hash = (await seconds(() => sha256OfFile(path))) / gigabytes;
  const read = await seconds(async () => {
    for await (const snapshot of dataset.read()) if (snapshot.count !== count) throw new Error("scale: lost");
  });
  const entries = Array.from({ length: parts }, (_, i): PartEntry => {
    return { ...entry, round: 2, path: `round-002/part-${String(i).padStart(5, "0")}.arrow` };
  });
  const commit = await seconds(() => dataset.commit(entries));
  const { size } = await stat(join(folder, "manifest.json"));
  const open = await seconds(() => openDataset(folder));
  const missing = await seconds(async () => {
    for (let i = 0; i < parts; i++) await readReceipt(folder, { round: 3, name: `part-${i}`, order: "" });
  });
  return {
    manifestBytes: size / parts,
    commit,
    open,
    missing: missing / parts,
    hash,
    read: read / gigabytes,
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
