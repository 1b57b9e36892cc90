/** @file Draws have the laws they claim. */

import { describe, expect, it } from "vitest";
import { normalCdf } from "../../src/measures/normal.ts";
import { estimate } from "../../src/metrics/statistics.ts";
import {
  betas,
  categorical,
  dirichlet,
  gammas,
  integers,
  normals,
  permutation,
  uniforms,
} from "../../src/random/draw.ts";
import { keyFrom, split } from "../../src/random/key.ts";

/** `√n sup|F_n − F|`: above 1.95 once in a thousand samples of the right law. */
function kolmogorov(samples: Float64Array, cdf: (x: number) => number): number {
  const sorted = samples.slice().sort();
  let largest = 0;
  sorted.forEach((x, i) => {
    const f = cdf(x);
    largest = Math.max(largest, (i + 1) / sorted.length - f, f - i / sorted.length);
  });
  return largest * Math.sqrt(sorted.length);
}

/** Distance of the sample mean of `values` from `expected` in standard errors. */
function deviation(values: Float64Array, expected: number): number {
  const { mean, standardError } = estimate(values);
  return Math.abs(mean - expected) / standardError;
}

describe("uniforms", () => {
  const u = uniforms(keyFrom(1), 200_000);

  it("lie strictly between 0 and 1 and pass the test of Kolmogorov and Smirnov", () => {
    expect(u.every((value) => value > 0 && value < 1)).toBe(true);
    expect(kolmogorov(u, (x) => x)).toBeLessThan(1.95);
  });

  it("are serially uncorrelated", () => {
    for (const lag of [1, 2, 7]) {
      const products = u.subarray(lag).map((value, i) => (value - 0.5) * (u[i] - 0.5));
      expect(deviation(products, 0)).toBeLessThan(4);
    }
  });

  it("do not depend on how many are drawn", () => {
    expect(uniforms(keyFrom(1), 10)).toEqual(u.slice(0, 10));
  });
});

describe("normals", () => {
  const z = normals(keyFrom(2), 200_001);

  it("have the moments 0, 1, 0, 3, 0, 15 and pass the test of Kolmogorov and Smirnov", () => {
    [0, 1, 0, 3, 0, 15].forEach((moment, k) => {
      expect(
        deviation(
          z.map((value) => value ** (k + 1)),
          moment,
        ),
      ).toBeLessThan(4);
    });
    expect(kolmogorov(z, normalCdf)).toBeLessThan(1.95);
  });

  it("are uncorrelated within a Box–Muller pair, in value and in square", () => {
    const pairs = Float64Array.from({ length: 100_000 }, (_, i) => z[2 * i] * z[2 * i + 1]);
    const squares = Float64Array.from(
      { length: 100_000 },
      (_, i) => (z[2 * i] ** 2 - 1) * (z[2 * i + 1] ** 2 - 1),
    );
    expect(deviation(pairs, 0)).toBeLessThan(4);
    expect(deviation(squares, 0)).toBeLessThan(4);
  });

  it("do not depend on how many are drawn, odd or even", () => {
    expect(normals(keyFrom(2), 7)).toEqual(z.slice(0, 7));
  });
});

describe("discrete draws", () => {
  it("categorical meets its weights and never draws weight zero", () => {
    const weights = [0, 1, 0, 3, 6, 0];
    const drawn = categorical(keyFrom(3), weights, 100_000);
    weights.forEach((weight, k) => {
      const hits = Float64Array.from(drawn, (value) => (value === k ? 1 : 0));
      if (weight === 0) expect(hits.every((hit) => hit === 0)).toBe(true);
      else expect(deviation(hits, weight / 10)).toBeLessThan(4);
    });
  });

  it("integers are uniform", () => {
    const drawn = integers(keyFrom(4), 5, 50_000);
    for (let k = 0; k < 5; k++) {
      expect(
        deviation(
          Float64Array.from(drawn, (value) => (value === k ? 1 : 0)),
          0.2,
        ),
      ).toBeLessThan(4);
    }
  });

  it("permutation holds every number once, and all six orders of three are equally likely", () => {
    expect([...permutation(keyFrom(5), 1000)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    const counts = new Map<string, number>();
    for (const key of split(keyFrom(6), 12_000)) {
      const order = permutation(key, 3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Binomial standard deviation √(12000 · 5/36) = 40.8.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(4 * 40.8);
  });

  it("rejects weights that are negative or all zero", () => {
    expect(() => categorical(keyFrom(0), [1, -1], 1)).toThrow(
      "weights must be finite and not negative, got -1 at index 1",
    );
    expect(() => categorical(keyFrom(0), [0, 0], 1)).toThrow("positive sum");
  });
});

describe("gammas, betas, dirichlet", () => {
  it.each([0.3, 1, 2.5, 40])("gammas of shape %f have mean and variance equal to it", (shape) => {
    const g = gammas(keyFrom(7), shape, 100_000);
    expect(deviation(g, shape)).toBeLessThan(4);
    expect(
      deviation(
        g.map((value) => (value - shape) ** 2),
        shape,
      ),
    ).toBeLessThan(4);
  });

  it("gammas of shape 1 are exponential", () => {
    expect(kolmogorov(gammas(keyFrom(8), 1, 50_000), (x) => -Math.expm1(-x))).toBeLessThan(1.95);
  });

  it("betas of shapes 2 and 1 have the distribution function x²", () => {
    expect(kolmogorov(betas(keyFrom(9), [2, 1], 50_000), (x) => x * x)).toBeLessThan(1.95);
  });

  it("dirichlet sums to one and has mean proportional to the concentration", () => {
    const points = split(keyFrom(10), 20_000).map((key) => dirichlet(key, [1, 2, 0.5]));
    for (const point of points) expect(Math.abs(point[0] + point[1] + point[2] - 1)).toBeLessThan(1e-14);
    [1, 2, 0.5].forEach((a, k) => {
      expect(
        deviation(
          Float64Array.from(points, (point) => point[k]),
          a / 3.5,
        ),
      ).toBeLessThan(4);
    });
  });
});
