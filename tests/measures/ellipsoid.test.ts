/** @file Densities on ellipsoids: mass, law of the radius, covariance, score, and the porous medium equation. */

import { describe, expect, it } from "vitest";
import { inverse } from "../../src/linalg/lu.ts";
import { diagonal, type Matrix, matmul, matvec, transpose } from "../../src/linalg/matrix.ts";
import { barenblatt } from "../../src/measures/barenblatt.ts";
import { ellipsoid } from "../../src/measures/ellipsoid.ts";
import { estimate } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";
import { kolmogorov, scoreDefect } from "./laws.ts";

const sheared: Matrix = [
  [1.5, 0.4],
  [-0.2, 0.6],
];

/** `Σ` over midpoints of `θ ∈ (0, π/2)`, with `r = sin θ`, which smooths the edge of the ball. */
function radialMass(integrand: (r: number) => number): number {
  const n = 20_000;
  const h = Math.PI / 2 / n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += integrand(Math.sin((i + 0.5) * h)) * Math.cos((i + 0.5) * h) * h;
  return sum;
}

describe.each([0, 0.3, 0.5, 1, 3])("ellipsoid of power %f", (power) => {
  const plane = ellipsoid({ centre: [3, -1], axes: sheared, power });

  it.each([1, 2, 3, 6])("has mass one in dimension %i", (d) => {
    const rotation = randomRotation(keyFrom(1), d);
    const widths = Array.from({ length: d }, (_, a) => 0.5 + 0.4 * a);
    const measure = ellipsoid({ centre: widths, axes: matmul(rotation, diagonal(widths)), power });
    // Along one ray, times the area d π^{d/2}/Γ(1 + d/2) of the unit sphere, times the determinant.
    const area = [0, 2, 2 * Math.PI, 4 * Math.PI, 0, 0, Math.PI ** 3][d] * widths.reduce((a, b) => a * b);
    const ray = rotation.map((row) => row[0] * widths[0]);
    const mass = radialMass((r) => {
      const x = ray.map((value, a) => widths[a] + r * value);
      return area * r ** (d - 1) * Math.exp(measure.logDensity(Float64Array.from(x))[0]);
    });
    expect(mass).toBeCloseTo(1, 6);
  });

  it("vanishes outside, with score zero there", () => {
    const outside = Float64Array.from(matvec(sheared, [0.8, 0.61]).map((x, a) => x + [3, -1][a]));
    expect(plane.logDensity(outside)[0]).toBe(-Infinity);
    expect([...plane.score(outside)].map(Math.abs)).toEqual([0, 0]);
    const inside = Float64Array.from(matvec(sheared, [0.8, 0.59]).map((x, a) => x + [3, -1][a]));
    expect(plane.logDensity(inside)[0]).toBeGreaterThan(-Infinity);
  });

  it("has samples inside, with the law of the radius: P(|z|² ≤ q) = 1 − (1 − q)^{p+1} in the plane", () => {
    const samples = plane.sample(keyFrom(2), 20_000);
    expect(plane.logDensity(samples).every(Number.isFinite)).toBe(true);
    const back = inverse(sheared);
    const squares = Float64Array.from({ length: 20_000 }, (_, i) => {
      const [u, v] = matvec(back, [samples[2 * i] - 3, samples[2 * i + 1] + 1]);
      return u * u + v * v;
    });
    expect(kolmogorov(squares, (q) => 1 - (1 - q) ** (power + 1))).toBeLessThan(1.95);
  });

  it("has covariance A Aᵀ / (2p + d + 2) in three dimensions", () => {
    const axes = [
      [1, 0.5, 0],
      [0, 0.7, -0.3],
      [0.2, 0, 0.4],
    ];
    const samples = ellipsoid({ centre: [1, 2, 3], axes, power }).sample(keyFrom(3), 40_000);
    const expected = matmul(axes, transpose(axes));
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2]) {
        const products = Float64Array.from(
          { length: 40_000 },
          (_, i) => (samples[3 * i + a] - 1 - a) * (samples[3 * i + b] - 1 - b),
        );
        const { mean, standardError } = estimate(products);
        expect(Math.abs(mean - expected[a][b] / (2 * power + 5)) / standardError).toBeLessThan(5);
      }
    }
  });

  it("has the gradient of its log-density as score", () => {
    // Points at |z| ≤ 0.9, where derivatives of order three stay below 1e4 and differences below 1e-6.
    const points = plane.sample(keyFrom(4), 200).map((x, i) => [3, -1][i % 2] + 0.9 * (x - [3, -1][i % 2]));
    expect(scoreDefect(plane, points, 1e-5)).toBeLessThan(1e-6);
  });
});

describe("ellipsoid", () => {
  it("keeps its samples inside, far from the origin and for thin shapes", () => {
    // Round-off moves points by 1e-4 of a semi-axis in the first, by 1e-4 of the thin one in the second.
    const far = ellipsoid({ centre: [1e9, -1e9], axes: diagonal([1e-3, 1e-3]), power: 0 });
    const axes = matmul(randomRotation(keyFrom(5), 2), diagonal([1, 1e-12]));
    const thin = ellipsoid({ centre: [0, 0], axes, power: 0 });
    for (const measure of [far, thin]) {
      expect(measure.logDensity(measure.sample(keyFrom(6), 50_000)).every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses singular axes and negative powers", () => {
    const flat = [
      [1, 1],
      [1, 1],
    ];
    expect(() => ellipsoid({ centre: [0, 0], axes: flat, power: 1 })).toThrow("axes must be invertible");
    expect(() => ellipsoid({ centre: [0], axes: [[1]], power: -0.1 })).toThrow(
      "ellipsoid: power must not be negative, got -0.1",
    );
  });
});

describe("barenblatt", () => {
  it.each([
    [1, 2],
    [1, 3],
    [2, 2],
    [3, 1.5],
  ])("solves ∂_t ρ = Δρ^m in dimension %i for m = %f", (d, m) => {
    const centre = new Array<number>(d).fill(0.5);
    const beta = 1 / (d * (m - 1) + 2);
    const density = (t: number, x: readonly number[]) => {
      const profile = barenblatt({ dimension: d, exponent: m, scale: t ** beta, centre });
      return Math.exp(profile.logDensity(Float64Array.from(x))[0]);
    };
    const [t, h] = [1.7, 1e-3];
    const radius = barenblatt({ dimension: d, exponent: m, scale: t ** beta, centre }).axes[0][0];
    for (const share of [0, 0.3, 0.7]) {
      const x = centre.map((c) => c + (share * radius) / Math.sqrt(d));
      let laplacian = 0;
      for (let a = 0; a < d; a++) {
        const at = (by: number) =>
          density(
            t,
            x.map((v, b) => (b === a ? v + by : v)),
          ) ** m;
        laplacian += (at(h) - 2 * at(0) + at(-h)) / (h * h);
      }
      const rate = (density(t + h, x) - density(t - h, x)) / (2 * h);
      // Second-order differences: errors of 1e-6 times fourth derivatives of order one.
      expect(Math.abs(rate - laplacian)).toBeLessThan(2e-5);
      expect(Math.abs(rate)).toBeGreaterThan(2e-4);
    }
  });

  it("is C − x²/12 for d = 1, m = 2, with the C that gives mass one", () => {
    const profile = barenblatt({ dimension: 1, exponent: 2, scale: 1, centre: [0] });
    const peak = Math.exp(profile.logDensity(Float64Array.of(0))[0]);
    // Mass 4/3 C √(12 C) = 1.
    expect((4 / 3) * peak * Math.sqrt(12 * peak)).toBeCloseTo(1, 13);
    expect(Math.exp(profile.logDensity(Float64Array.of(0.6))[0])).toBeCloseTo(peak - 0.36 / 12, 14);
  });

  it("refuses m = 1 and a centre of another dimension", () => {
    expect(() => barenblatt({ dimension: 1, exponent: 1, scale: 1, centre: [0] })).toThrow(
      "barenblatt: exponent must be greater than 1, got 1",
    );
    expect(() => barenblatt({ dimension: 2, exponent: 2, scale: 1, centre: [0] })).toThrow("length 2, got 1");
  });
});
