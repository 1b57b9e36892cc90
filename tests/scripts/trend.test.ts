/** @file The slope of the soak's series: exact where there is no noise, and within its own error where there is. */

import { expect, it } from "vitest";
import { trend } from "../../scripts/trend.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

/** Samples at regular times on `[0, 1]`. */
const series = (count: number, value: (x: number, i: number) => number) =>
  Array.from({ length: count }, (_, i) => [i / count, value(i / count, i)] as const);

it("is exact on a line", () => {
  const { slope, error } = trend(series(500, (x) => 3 - 7 * x));
  expect(slope).toBeCloseTo(-7, 10);
  expect(error).toBeLessThan(1e-10);
});

it.each([0, 0.9])("errs as it says, with noise of which %d lives on from sample to sample", (memory) => {
  const slopes = Array.from({ length: 200 }, (_, k) => {
    const noise = normals(foldIn(keyFrom(3), k), 600);
    let lasting = 0;
    return trend(
      series(600, (x, i) => {
        lasting = memory * lasting + noise[i];
        return 2 * x + lasting;
      }),
    );
  });
  const scores = slopes.map(({ slope, error }) => (slope - 2) / error);
  const outside = scores.filter((score) => Math.abs(score) > 2).length / scores.length;
  expect(outside).toBeLessThan(0.15);
  expect(outside).toBeGreaterThan(0.01);
});

it("knows nothing from two samples", () => {
  expect(
    trend([
      [0, 1],
      [1, 2],
    ]).slope,
  ).toBeNaN();
});
