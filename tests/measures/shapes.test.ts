/** @file What is special to rings, smooth boxes, bananas and spirals; the laws common to all measures are in measures.test.ts. */

import { describe, expect, it } from "vitest";
import { banana } from "../../src/measures/banana.ts";
import { normalCdf } from "../../src/measures/normal.ts";
import { ring } from "../../src/measures/ring.ts";
import { smoothBox } from "../../src/measures/smoothBox.ts";
import { spiral } from "../../src/measures/spiral.ts";
import { estimate } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { kolmogorov, monomials, scoreDefect } from "./laws.ts";

/** The distribution function of the distance from the centre, by Simpson's rule on 20 deviations around the circle. */
function radialCdf(measure: ReturnType<typeof ring>): { readonly mass: number; cdf(r: number): number } {
  const { centre, radius, deviation } = measure;
  const n = 4000;
  const low = Math.max(0, radius - 10 * deviation);
  const h = (radius + 10 * deviation - low) / n;
  const density = (r: number) =>
    2 * Math.PI * r * Math.exp(measure.logDensity(Float64Array.of(centre[0] + r, centre[1]))[0]);
  const below = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const r = low + i * h;
    below[i + 1] = below[i] + (h / 6) * (density(r) + 4 * density(r + h / 2) + density(r + h));
  }
  return {
    mass: below[n],
    cdf: (r) => {
      const i = Math.min(n - 1, Math.max(0, Math.floor((r - low) / h)));
      return below[i] + ((r - low) / h - i) * (below[i + 1] - below[i]);
    },
  };
}

describe.each([
  [0, 0.7],
  [0.3, 0.5],
  [2, 0.2],
  [1, 1e-4],
])("ring of radius %f and deviation %f", (radius, deviation) => {
  const measure = ring({ centre: [1, -2], radius, deviation });
  const exact = radialCdf(measure);

  it("has mass one", () => {
    expect(exact.mass).toBeCloseTo(1, 9);
  });

  it("has samples of the right distance and uniform direction", () => {
    const samples = measure.sample(keyFrom(1), 20_000);
    const polar = Array.from({ length: 20_000 }, (_, i) => [samples[2 * i] - 1, samples[2 * i + 1] + 2]);
    const distances = Float64Array.from(polar, ([x, y]) => Math.hypot(x, y));
    const angles = Float64Array.from(polar, ([x, y]) => Math.atan2(y, x));
    expect(kolmogorov(distances, exact.cdf)).toBeLessThan(1.95);
    expect(kolmogorov(angles, (angle) => 0.5 + angle / (2 * Math.PI))).toBeLessThan(1.95);
  });
});

describe("ring", () => {
  it("has score zero at its centre and refuses a width of zero", () => {
    const measure = ring({ centre: [1, -2], radius: 1, deviation: 0.5 });
    expect([...measure.score(Float64Array.of(1, -2))]).toEqual([0, 0]);
    expect(() => ring({ centre: [0, 0], radius: 1, deviation: 0 })).toThrow(
      "ring: deviation must be positive, got 0",
    );
  });
});

describe("smoothBox", () => {
  const box = smoothBox({ interval: [-1, 2], deviation: 0.1 });

  it("has the density of its definition inside", () => {
    for (const x of [-1.1, -1, -0.4, 0.5, 1.9, 2, 2.1]) {
      const density = (normalCdf((x + 1) / 0.1) - normalCdf((x - 2) / 0.1)) / 3;
      expect(Math.exp(box.logDensity(Float64Array.of(x))[0])).toBeCloseTo(density, 14);
    }
  });

  it("is symmetric, and its tail is that of the nearer edge, a thousand deviations away", () => {
    const [left, right] = box.logDensity(Float64Array.of(-101, 102));
    expect(left).toBe(right);
    // Φ(−z) = φ(z)/z (1 − 1/z² + …) at z = 1000.
    const expected = -0.5e6 - 0.5 * Math.log(2 * Math.PI) - Math.log(1000) - 1e-6 - Math.log(3);
    expect(left).toBeCloseTo(expected, 9);
    const [down, up] = box.score(Float64Array.of(-101, 102));
    expect(down).toBe(-up);
    expect(down / (1e4 * (1 + 1e-6))).toBeCloseTo(1, 10);
  });

  it("has the gradient of its log-density as score, in the middle, at the edges and in the tails", () => {
    const points = Float64Array.from({ length: 400 }, (_, i) => -4 + 0.0201 * i);
    // Third derivatives are at most 1e3 (width 0.1), differences of numbers of order 500: 1e-7 both.
    expect(scoreDefect(box, points, 1e-5)).toBeLessThan(1e-6);
  });

  it("is nearly normal where the interval is short, nearly uniform where it is long", () => {
    const short = smoothBox({ interval: [-0.01, 0.01], deviation: 1 });
    for (const u of [1e-12, 0.01, 0.4, 0.9]) {
      // The variance is 1 + 0.02²/12; the fourth cumulant −0.02⁴/120 changes the tail at −7 by 1.3e-7 of itself.
      expect(normalCdf(short.quantile(u) / Math.sqrt(1 + 0.0004 / 12)) / u).toBeCloseTo(1, 6);
    }
    const long = smoothBox({ interval: [0, 1], deviation: 1e-4 });
    for (const u of [0.01, 0.4, 0.5, 0.9]) expect(long.quantile(u)).toBeCloseTo(u, 12);
  });

  it("refuses an empty interval", () => {
    expect(() => smoothBox({ interval: [1, 1], deviation: 1 })).toThrow("low < high, got [1,1]");
  });
});

describe("banana", () => {
  it("has the mean, variances and correlation of its doc", () => {
    const samples = banana({ centre: [1, 2], deviations: [0.8, 0.3], bend: 0.7 }).sample(keyFrom(2), 40_000);
    const variance = 0.09 + 2 * 0.49 * 0.8 ** 4;
    [1, 2, 1 + 0.64, 2, 4 + variance].forEach((expected, k) => {
      const { mean, standardError } = estimate(monomials(samples)[k]);
      expect(Math.abs(mean - expected) / standardError).toBeLessThan(5);
    });
  });
});

describe("spiral", () => {
  const arm = spiral({ centre: [1, 2], radii: [0.5, 3], turns: 2, deviation: 0.1, components: 400 });

  it("has its components on the arm r = 0.5 + 2.5 φ/4π, winding twice", () => {
    let [before, angle] = [0, 0];
    for (const [x, y] of arm.means) {
      const direction = Math.atan2(y - 2, x - 1);
      const step = (direction - before + 3 * Math.PI) % (2 * Math.PI);
      angle += step - Math.PI;
      before = direction;
      expect(Math.hypot(x - 1, y - 2)).toBeCloseTo(0.5 + (2.5 * angle) / (4 * Math.PI), 11);
    }
    expect(angle / (4 * Math.PI)).toBeGreaterThan(0.99);
  });

  it("has them at equal distances along the arm", () => {
    const gaps = arm.means.slice(1).map(([x, y], i) => Math.hypot(x - arm.means[i][0], y - arm.means[i][1]));
    // A chord of length 0.05 on a curve of radius 0.4 or more is short of its arc by at most 0.05²/(24·0.4²) = 7e-4.
    expect(Math.max(...gaps) / Math.min(...gaps) - 1).toBeLessThan(1e-3);
  });

  it("refuses an arm that does not grow", () => {
    expect(() => spiral({ centre: [0, 0], radii: [1, 1], turns: 1, deviation: 0.1, components: 3 })).toThrow(
      "0 ≤ inner < outer, got [1,1]",
    );
  });
});
