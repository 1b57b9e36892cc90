import { expect, it } from "vitest";
import { lines } from "./program.ts";

it("holds no more memory after ten thousand training steps than after two thousand, and in the end as much in every thousand", async () => {
  const rows = await lines<{ step: number; bytes: number; tensors: number; loss: number }>(
    "trainOn.ts",
    "10000",
  );
  expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, i) => 1000 * (i + 1)));
  expect(new Set(rows.map(({ tensors }) => tensors))).toEqual(new Set([0]));
  expect(rows.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  const ratios = rows.slice(1).map(({ bytes }) => bytes / rows[1].bytes);
  expect(Math.max(...ratios)).toBeLessThan(1.05);
  // Some time within the first six thousand V8 gives back what starting took, 4 to 7 % of the whole.
  const settled = rows.slice(6).map(({ bytes }) => bytes / rows[9].bytes);
  expect(Math.max(...settled)).toBeLessThan(1.05);
  expect(Math.min(...settled)).toBeGreaterThan(0.95);
});

it("rolls a million particles out over fifty steps in less than 2 GiB", async () => {
  const rows = await lines<{ bytes: number; particles: number; finite: boolean }>(
    "rollOut.ts",
    "1000000",
    "50",
  );
  expect(rows).toHaveLength(50);
  expect(rows.every(({ finite }) => finite)).toBe(true);
  expect(Math.max(...rows.map(({ bytes }) => bytes))).toBeLessThan(2 * 2 ** 30);
});
