/** @file A checkpoint survives a kill at any moment of a save. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { dieAfter, revive } from "../files/failingDisk.ts";
import { testFolder } from "../files/folder.ts";
import { killedAfter } from "../files/killed.ts";
import { contentsWith, valueIn } from "./contents.ts";

vi.mock("node:fs/promises", async (importOriginal) => {
  const { failingDisk } = await import("../files/failingDisk.ts");
  return failingDisk(await importOriginal());
});

describe("a killed save", () => {
  // 2 has all files; 3 has neither training state nor model, so files come and go between them.
  it.each([
    [2, 3],
    [3, 2],
    [2, 4],
  ])(
    "leaves checkpoint %i or %i whole, wherever it is stopped, and the next save mends it",
    async (old, next) => {
      const seen = new Set<string>();
      let calls = 0;
      for (let hasDied = true; hasDied; calls++) {
        const folder = await testFolder();
        await saveCheckpoint(folder, contentsWith(old));
        dieAfter(calls);
        await saveCheckpoint(folder, contentsWith(next)).catch(() => undefined);
        hasDied = revive();
        const checkpoint = await loadCheckpoint(folder);
        expect([old, next]).toContain(valueIn(checkpoint));
        seen.add(`${valueIn(checkpoint)} ${checkpoint.recovered}`);

        // Killed a second time while mending, at about every second place.
        dieAfter(Math.floor(calls / 2));
        await saveCheckpoint(folder, contentsWith(6)).catch(() => undefined);
        revive();
        expect([old, next, 6]).toContain(valueIn(await loadCheckpoint(folder)));

        await saveCheckpoint(folder, contentsWith(8));
        expect(valueIn(await loadCheckpoint(folder))).toBe(8);
        expect(await readdir(folder)).toHaveLength(4);
      }
      expect(calls).toBeGreaterThan(12);
      // Untouched, taken from .previous, new: all three were met.
      expect([...seen]).toEqual([`${old} false`, `${old} true`, `${next} false`]);
    },
  );

  it("has saved what it reported, when the system kills it", async () => {
    const folder = await testFolder();
    for (const ms of [2, 31]) {
      const reported = await killedAfter(join(import.meta.dirname, "saveForever.ts"), folder, ms);
      expect(reported).toBeGreaterThan(0);
      expect(valueIn(await loadCheckpoint(folder))).toBeGreaterThanOrEqual(reported);
    }
  });
});
