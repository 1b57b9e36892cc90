/** @file A pool of which a part lies on disk gives the batches of a pool in memory, byte by byte, and holds no more than its budget. */

import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, openDataset } from "../../src/datasets/dataset.ts";
import { gaussianMixtureFamily } from "../../src/measures/families/gaussianMixtureFamily.ts";
import { drawBatch } from "../../src/operator/pool.ts";
import { openPool } from "../../src/operator/storedPool.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";

const particles = 40;
let folder: string;
let dataset: Dataset;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-pool-"));
  dataset = await openDataset(folder, planeFormat);
  for (const round of [1, 2, 3]) {
    for (const name of ["a", "b"]) {
      const snapshots = [0, 1, 2, 3].map((step) =>
        planeSnapshot(10 * round + step, step, particles + 8 * step + (name === "b" ? 3 : 0)),
      );
      await dataset.append({ round, name, snapshots });
    }
  }
});
afterAll(() => rm(folder, { recursive: true }));

const family = gaussianMixtureFamily({ dimension: 2, components: [1, 2], reach: 1, deviations: [0.3, 0.8] });
const shape = { dimension: 2, densities: 12, context: 20, queries: 9 };

/** Batches drawn from a pool with a budget, and what the pool held. */
async function batches(budget: number, rounds: readonly [number, number] = [1, 3]) {
  const pool = await openPool(dataset, { rounds, budget });
  try {
    const drawn = Array.from({ length: 30 }, (_, i) =>
      drawBatch({ pool: pool.densities, family }, shape, { key: foldIn(keyFrom(7), i) }),
    );
    return { size: pool.densities.length, resident: pool.residentBytes, drawn: await Promise.all(drawn) };
  } finally {
    await pool.close();
  }
}

describe("openPool", () => {
  it.each([
    ["nothing", 0],
    ["one part", 1],
    ["half of the parts", 3],
  ])("gives the same batches with %s in memory as with everything", async (_, parts) => {
    const sizes = dataset.manifest.parts.map(({ bytes }) => bytes);
    const budget = sizes.slice(0, parts).reduce((sum, bytes) => sum + bytes, 0);
    const [partly, wholly] = [await batches(budget), await batches(Number.POSITIVE_INFINITY)];
    expect(partly.drawn).toEqual(wholly.drawn);
    expect(partly.size).toBe(24);
    expect(partly.resident).toBe(budget);
    expect(wholly.resident).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
  });

  it("holds the rounds that it is asked for", async () => {
    expect((await batches(0, [2, 3])).size).toBe(16);
    expect((await batches(0, [2, 3])).drawn).toEqual((await batches(1e9, [2, 3])).drawn);
  });

  it("says which file is damaged: overwritten, cut off, or missing", async () => {
    const copy = await mkdtemp(join(tmpdir(), "l2e-pool-"));
    const own = await openDataset(copy, planeFormat);
    const snapshots = [1, 2, 3].map((step) => planeSnapshot(0, step, particles));
    const { path, bytes } = await own.append({ round: 1, name: "a", snapshots });
    const file = await open(join(copy, path), "r+");
    const opening = () => openPool(own, { rounds: [1, 1], budget: 0 });
    await file.write(new Uint8Array(bytes / 2), 0, Math.floor(bytes / 2), Math.floor(bytes / 4));
    await expect(opening()).rejects.toThrow(/a\.arrow is damaged: where snapshot 1 should lie there is none/);
    await file.truncate(bytes - 8);
    await expect(opening()).rejects.toThrow(/a\.arrow has \d+ bytes, the manifest says \d+/);
    await file.close();
    await rm(join(copy, path));
    await expect(opening()).rejects.toThrow(/a\.arrow is listed in the manifest and does not exist/);
    await rm(copy, { recursive: true });
  });
});
