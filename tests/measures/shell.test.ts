/** @file Densities along a sphere: mass, moments and entropy by quadrature, exact samples, the score. */

import { describe, expect, it } from "vitest";
import { shell } from "../../src/measures/shell.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { kolmogorov, scoreDefect } from "./laws.ts";

/** `∫ g(r) ρ dx` of a shell by Simpson's rule. */
function radial(rho: ReturnType<typeof shell>, g: (r: number, logDensity: number) => number): number {
  const [n, end] = [20_000, rho.radius + 12 * rho.deviation];
  const radii = Float64Array.from({ length: n + 1 }, (_, i) => (i * end) / n);
  const logDensity = rho.logDensity(
    Float64Array.from({ length: 3 * (n + 1) }, (_, i) => (i % 3 === 0 ? radii[i / 3] : 0)),
  );
  let sum = 0;
  radii.forEach((r, i) => {
    const weight = i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * 4 * Math.PI * r * r * Math.exp(logDensity[i]) * g(r, logDensity[i]);
  });
  return (sum * end) / (3 * n);
}

describe.each([
  [0.3, 0.07],
  [0, 1.3],
  [1, 0.8],
])("a shell of radius %f and deviation %f", (radius, deviation) => {
  const rho = shell({ radius, deviation });

  it("has mass one, and its second moment and entropy by quadrature", () => {
    expect(radial(rho, () => 1)).toBeCloseTo(1, 10);
    expect(radial(rho, (r) => r * r)).toBeCloseTo(rho.secondMoment, 10);
    expect(radial(rho, (_, value) => -value)).toBeCloseTo(rho.entropy, 10);
  });

  it("draws exact samples in every direction, and knows its score", () => {
    const n = 20_000;
    const points = rho.sample(keyFrom(1), n);
    const radii = Float64Array.from({ length: n }, (_, i) =>
      Math.hypot(...points.subarray(3 * i, 3 * i + 3)),
    );
    // The distribution function by the midpoint rule.
    const [cells, end] = [8000, radius + 8 * deviation];
    const middles = Float64Array.from({ length: 3 * cells }, (_, m) =>
      m % 3 === 0 ? ((m / 3 + 0.5) * end) / cells : 0,
    );
    const below = [0];
    rho.logDensity(middles).forEach((value, k) => {
      below.push(below[k] + (4 * Math.PI * middles[3 * k] ** 2 * Math.exp(value) * end) / cells);
    });
    const cdf = (r: number) => {
      const place = Math.min(cells - 1e-9, (cells * r) / end);
      const k = Math.floor(place);
      return below[k] + (place - k) * (below[k + 1] - below[k]);
    };
    expect(kolmogorov(radii, cdf)).toBeLessThan(1.95);
    const { mean, covariance } = moments(points, 3);
    const variance = rho.secondMoment / 3;
    for (let a = 0; a < 3; a++) {
      expect(Math.abs(mean[a])).toBeLessThan(4 * Math.sqrt(variance / n));
      for (let b = 0; b < 3; b++) {
        expect(Math.abs(covariance[a][b] - (a === b ? variance : 0))).toBeLessThan(
          (6 * variance) / Math.sqrt(n),
        );
      }
    }
    expect(scoreDefect(rho, points.subarray(0, 90), 1e-6)).toBeLessThan(1e-4);
    expect(Array.from(rho.score(new Float64Array(3)))).toEqual([0, 0, 0]);
  });

  it("refuses what is no shell", () => {
    expect(() => shell({ radius: -1, deviation: 1 })).toThrow("radius must not be negative");
    expect(() => shell({ radius: 1, deviation: 0 })).toThrow("deviation must be positive");
  });
});
