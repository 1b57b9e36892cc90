/** @file Sliced distances of samples in the plane. */

import { describe, expect, it } from "vitest";
import { slicedSquaredDistance } from "../../src/metrics/wasserstein.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

describe("slicedSquaredDistance", () => {
  it("is W₂² where one sample is the other shifted and dilated, and no larger elsewhere", () => {
    const points = normals(keyFrom(11), 2 * 500);
    const moved = points.map((x, j) => 1.5 * x + (j % 2 === 0 ? 1 : -2));
    const exact = points.reduce((sum, x, j) => sum + (moved[j] - x) ** 2, 0) / 500;
    const sliced = slicedSquaredDistance(points, moved, 16);
    // The projections' order is that of the points: every direction is exact, and even spacing makes their mean so.
    expect(sliced / exact).toBeCloseTo(1, 10);
    const stretched = points.map((x, j) => (j % 2 === 0 ? 2 * x : x));
    const cost = points.reduce((sum, x, j) => sum + (stretched[j] - x) ** 2, 0) / 500;
    expect(slicedSquaredDistance(points, stretched, 16)).toBeLessThan(cost);
  });
});
