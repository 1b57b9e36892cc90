/** @file Mixtures of arbitrary measures, where supports end and where they overlap. */

import { describe, expect, it } from "vitest";
import { ellipsoid } from "../../src/measures/ellipsoid.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { superposition } from "../../src/measures/superposition.ts";
import { estimate } from "../../src/metrics/statistics.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { kolmogorov } from "./laws.ts";

const interval = (low: number, high: number) =>
  ellipsoid({ centre: [(low + high) / 2], axes: [[(high - low) / 2]], power: 0 });

describe("superposition", () => {
  const steps = superposition({ weights: [0.25, 0.75], components: [interval(0, 2), interval(1, 4)] });

  it("adds densities where supports overlap, and is −∞ with score zero where none reaches", () => {
    const points = Float64Array.of(-0.5, 0.5, 1.5, 3, 4.5);
    const densities = [...steps.logDensity(points)].map(Math.exp);
    [0, 0.125, 0.375, 0.25, 0].forEach((value, i) => {
      expect(densities[i]).toBeCloseTo(value, 14);
    });
    expect(steps.logDensity(points)[0]).toBe(-Infinity);
    expect([...steps.score(points)].map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
  });

  it("takes the score of the only component that is there", () => {
    const both = superposition({
      weights: [0.5, 0.5],
      components: [interval(5, 6), gaussian({ mean: [1], covariance: [[4]] })],
    });
    expect(both.score(Float64Array.of(3))[0]).toBeCloseTo(-0.5, 14);
  });

  it("is the Gaussian mixture when its components are Gaussian", () => {
    const means = [
      [0, 0],
      [1, -2],
    ];
    const direct = gaussianMixture({ weights: [0.4, 0.6], means, deviations: [0.5, 1] });
    const built = superposition({
      weights: [0.4, 0.6],
      components: means.map((mean, k) =>
        gaussianMixture({ weights: [1], means: [mean], deviations: [[0.5, 1][k]] }),
      ),
    });
    const points = normals(keyFrom(1), 200).map((z) => 3 * z);
    const [l, s] = [direct.logDensity(points), direct.score(points)];
    built.logDensity(points).forEach((value, i) => {
      expect(value).toBeCloseTo(l[i], 12);
    });
    built.score(points).forEach((value, i) => {
      expect(value).toBeCloseTo(s[i], 11);
    });
  });

  it("has samples of its law, in any part of the sample, and independent neighbours", () => {
    const cdf = (x: number) =>
      0.25 * Math.min(1, Math.max(0, x / 2)) + 0.75 * Math.min(1, Math.max(0, (x - 1) / 3));
    const samples = steps.sample(keyFrom(2), 20_000);
    expect(kolmogorov(samples, cdf)).toBeLessThan(1.95);
    expect(kolmogorov(samples.slice(0, 2000), cdf)).toBeLessThan(1.95);
    expect(kolmogorov(samples.slice(-2000), cdf)).toBeLessThan(1.95);
    const mean = 0.25 * 1 + 0.75 * 2.5;
    for (const lag of [1, 2]) {
      const products = samples.subarray(lag).map((x, i) => (x - mean) * (samples[i] - mean));
      const correlation = estimate(products);
      expect(Math.abs(correlation.mean) / correlation.standardError).toBeLessThan(4);
    }
    expect(steps.sample(keyFrom(2), 20_000)).toEqual(samples);
  });

  it("never draws a component of weight zero", () => {
    const one = superposition({ weights: [0, 1], components: [interval(0, 1), interval(2, 3)] });
    expect(one.sample(keyFrom(3), 1000).every((x) => x > 2)).toBe(true);
    expect(one.logDensity(Float64Array.of(0.5))[0]).toBe(-Infinity);
  });

  it("refuses components of different dimensions and weights that do not sum to 1", () => {
    const plane = gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(() => superposition({ weights: [0.5, 0.5], components: [interval(0, 1), plane] })).toThrow(
      "superposition: components must all have dimension 1, got 2 at index 1",
    );
    expect(() => superposition({ weights: [0.5], components: [plane] })).toThrow("sum of 0.5");
  });
});
