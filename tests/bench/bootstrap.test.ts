/** @file Intervals over seeds. */

import { expect, it } from "vitest";
import { meanOver, ratioOver } from "../../bench/measure/bootstrap.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

it("has no width where the seeds agree, and none for a ratio that they agree on", () => {
  expect(meanOver([3, 3, 3])).toEqual({ value: 3, low: 3, high: 3 });
  const under = [1, 2, 4, 8];
  const { value, low, high } = ratioOver(
    under.map((x) => 3 * x),
    under,
  );
  for (const x of [value, low, high]) expect(x).toBeCloseTo(3, 12);
});

it("covers the true mean about as often as it says, with enough seeds", () => {
  const trials = 40;
  const covered = Array.from({ length: trials }, (_, t) => {
    const { low, high } = meanOver(Array.from(normals(foldIn(keyFrom(7), t), 20)));
    return low <= 0 && high >= 0;
  }).filter(Boolean).length;
  // Of 40 with probability 0.93, fewer than 31 are covered less than once in a thousand times.
  expect(covered).toBeGreaterThanOrEqual(31);
});
