/** @file Distances by counting: known values, and the noise of independent samples. */

import { describe, expect, it } from "vitest";
import { gaussian } from "../../src/measures/gaussian.ts";
import { histogramDivergence, totalVariation } from "../../src/metrics/histograms.ts";
import { keyFrom } from "../../src/random/key.ts";

const normal = (mean: number, variance: number) => gaussian({ mean: [mean], covariance: [[variance]] });

describe("totalVariation", () => {
  const bins = { interval: [-5, 5], count: 100 } as const;

  it("is the distance of two Gaussians, 2Φ(m/2) − 1 for a shift by m, and its floor for a sample of the measure itself", () => {
    const samples = normal(0.5, 1).sample(keyFrom(1), 400_000);
    expect(totalVariation(samples, normal(0, 1), bins).distance).toBeCloseTo(0.19741, 2);
    const own = totalVariation(samples.slice(0, 20_000), normal(0.5, 1), bins);
    expect(own.distance / own.floor).toBeGreaterThan(0.8);
    expect(own.distance / own.floor).toBeLessThan(1.2);
  });

  it("counts what lies outside the interval", () => {
    expect(totalVariation([40, 50], normal(0, 1), bins).distance).toBeCloseTo(1, 4);
  });
});

describe("histogramDivergence", () => {
  const bins = [
    { interval: [-5, 5], count: 50 },
    { interval: [-5, 5], count: 50 },
  ] as const;

  it("is the closed form of Gaussians, and zero within its noise for equal ones", () => {
    const law = gaussian({
      mean: [0.6, 0],
      covariance: [
        [1, 0],
        [0, 0.5],
      ],
    });
    const points = law.sample(keyFrom(2), 200_000);
    const exact = 0.5 * (0.36 + 0.5 - 1 - Math.log(0.5));
    expect(histogramDivergence(points, [normal(0, 1), normal(0, 1)], bins)).toBeCloseTo(exact, 1.7);
    expect(Math.abs(histogramDivergence(points, [normal(0.6, 1), normal(0, 0.5)], bins))).toBeLessThan(1e-3);
  });
});
