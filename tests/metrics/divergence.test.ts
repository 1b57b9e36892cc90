/** @file Divergences from log-densities: closed forms of Gaussians, near and far. */

import { describe, expect, it } from "vitest";
import { gaussian } from "../../src/measures/gaussian.ts";
import { klFromLogDensities, klWithControl } from "../../src/metrics/divergence.ts";
import { keyFrom } from "../../src/random/key.ts";

const normal = (mean: number, variance: number) => gaussian({ mean: [mean], covariance: [[variance]] });
const exact = (mean: number, variance: number) => 0.5 * (variance + mean ** 2 - 1 - Math.log(variance));

describe("klWithControl", () => {
  const both = (mean: number, variance: number) => {
    const points = normal(mean, variance).sample(keyFrom(4), 4000);
    const logs = [normal(mean, variance), normal(0, 1)].map((law) => law.logDensity(points));
    return { plain: klFromLogDensities(logs[0], logs[1]), controlled: klWithControl(logs[0], logs[1]) };
  };

  it("resolves a small divergence that the plain mean cannot tell from zero", () => {
    const { plain, controlled } = both(0.01, 1.01);
    expect(plain.standardError).toBeGreaterThan(exact(0.01, 1.01));
    expect(controlled.mean / exact(0.01, 1.01)).toBeCloseTo(1, 0.9);
    expect(controlled.standardError).toBeLessThan(0.1 * plain.standardError);
  });

  it("is the plain mean far away, where the ratio of densities has no useful moments", () => {
    const { plain, controlled } = both(3, 0.2);
    expect(controlled.mean).toBeCloseTo(plain.mean, 12);
    expect(Math.abs(plain.mean - exact(3, 0.2))).toBeLessThan(4 * plain.standardError);
  });
});
