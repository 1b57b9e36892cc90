/** @file A dataset survives a kill at any moment. */

import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openDataset } from "../../src/datasets/dataset.ts";
import { removeLeftovers } from "../../src/files/atomic.ts";
import { dieAfter, revive } from "../files/failingDisk.ts";
import { testFolder } from "../files/folder.ts";
import { killedAfter } from "../files/killed.ts";
import { planeFormat, planeSnapshot } from "./snapshots.ts";

vi.mock("node:fs/promises", async (importOriginal) => {
  const { failingDisk } = await import("../files/failingDisk.ts");
  return failingDisk(await importOriginal());
});

const part = (round: number, count: number) => ({
  round,
  name: "a",
  snapshots: [planeSnapshot(round, 0, count)],
});

async function countsIn(folder: string): Promise<number[]> {
  const dataset = await openDataset(folder);
  const counts: number[] = [];
  for await (const { count } of dataset.read({ verify: true })) counts.push(count);
  return counts;
}

describe("a killed writer", () => {
  it("leaves the parts from before or from after, wherever it is stopped", async () => {
    const seen = new Set<string>();
    let calls = 0;
    for (let hasDied = true; hasDied; calls++) {
      const folder = await testFolder();
      const dataset = await openDataset(folder, planeFormat);
      await dataset.append(part(0, 2));
      await dataset.append(part(1, 3));
      dieAfter(calls);
      // A resumed run: later rounds are forgotten and made anew with other contents.
      const work = async () => {
        const resumed = await openDataset(folder, planeFormat);
        await resumed.truncateToRound(0);
        await resumed.append(part(1, 7));
      };
      await work().catch(() => undefined);
      hasDied = revive();
      const counts = await countsIn(folder);
      expect(["2,3", "2", "2,7"]).toContain(counts.join());
      seen.add(counts.join());
      await work();
      expect(await countsIn(folder)).toEqual([2, 7]);
      await removeLeftovers(folder);
    }
    expect([...seen]).toEqual(["2,3", "2", "2,7"]);
    expect(calls).toBeGreaterThan(6);
  });

  it("has committed what it reported, when the system kills it", async () => {
    const folder = await testFolder();
    for (const ms of [3, 29]) {
      const reported = await killedAfter(join(import.meta.dirname, "appendForever.ts"), folder, ms);
      const dataset = await openDataset(folder);
      await dataset.verify();
      const rounds = dataset.manifest.parts.map(({ round }) => round);
      expect(rounds).toEqual(rounds.map((_, k) => k));
      expect(rounds.length).toBeGreaterThan(reported);
      expect(reported).toBeGreaterThanOrEqual(0);
    }
  });
});
