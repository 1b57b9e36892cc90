/** @file Hamiltonian Monte Carlo against measures that can be sampled or integrated directly. */

import { describe, expect, it } from "vitest";
import { gaussian } from "../../src/measures/gaussian.ts";
import { hamiltonianMonteCarlo } from "../../src/measures/hamiltonianMonteCarlo.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { effectiveSampleSize, splitRhat } from "../../src/metrics/chains.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";

const run = { step: 0.4, leaps: 6, chains: 64, warmUp: 50, draws: 150, thin: 1, key: keyFrom(1) };

describe("a Gaussian", () => {
  const target = gaussian({
    mean: [1, -2],
    covariance: [
      [2, 0.3],
      [0.3, 0.1],
    ],
  });
  const samples = hamiltonianMonteCarlo(target, { ...run, scales: [1.4, 0.3] });

  it("has its moments, within the error that the chains' worth allows", () => {
    const { mean, covariance } = moments(samples.positions, 2);
    for (const k of [0, 1]) {
      const values = samples.positions.filter((_, i) => i % 2 === k);
      const worth = effectiveSampleSize(values, run.chains);
      expect(splitRhat(values, run.chains)).toBeLessThan(1.01);
      expect(worth).toBeGreaterThan(2000);
      const variance = target.covariance[k][k];
      expect(Math.abs(mean[k] - target.mean[k])).toBeLessThan(4 * Math.sqrt(variance / worth));
      expect(Math.abs(covariance[k][k] / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 2000));
    }
  });

  it("accepts nearly all proposals of short steps, fewer of long ones, and does not depend on the target's constant", () => {
    expect(samples.acceptance).toBeGreaterThan(0.8);
    const long = hamiltonianMonteCarlo(target, { ...run, scales: [1.4, 0.3], step: 1.3 });
    expect(long.acceptance).toBeLessThan(samples.acceptance);
    const shifted = { ...target, logDensity: (x: Float64Array) => target.logDensity(x).map((v) => v + 7) };
    const again = hamiltonianMonteCarlo(shifted, { ...run, scales: [1.4, 0.3], draws: 4 });
    const own = hamiltonianMonteCarlo(target, { ...run, scales: [1.4, 0.3], draws: 4 });
    again.positions.forEach((x, i) => {
      expect(x).toBeCloseTo(own.positions[i], 9);
    });
  });
});

it("corrects the leapfrog's error: long steps have the same law", () => {
  const target = gaussianMixture({ weights: [0.6, 0.4], means: [[-1], [1.2]], deviations: [0.6, 0.5] });
  const { positions, acceptance } = hamiltonianMonteCarlo(target, {
    ...run,
    scales: [0.8],
    step: 0.9,
    leaps: 4,
    draws: 300,
  });
  expect(acceptance).toBeLessThan(0.97);
  const worth = effectiveSampleSize(positions, run.chains);
  const below = positions.reduce((sum, x) => sum + (x < 0 ? 1 : 0), 0) / positions.length;
  expect(Math.abs(below - target.cdf(0))).toBeLessThan(4 * Math.sqrt(0.25 / worth));
});

it("rejects scales of another dimension", () => {
  const target = gaussian({ mean: [0], covariance: [[1]] });
  expect(() => hamiltonianMonteCarlo(target, { ...run, scales: [1, 1] })).toThrow(
    "scales must be 1 positive numbers, got [1,1]",
  );
});
