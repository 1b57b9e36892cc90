/** @file Kernels against differences, Stein's identity, and discrepancies that are known. */

import { describe, expect, it } from "vitest";
import {
  gaussianKernel,
  inverseMultiquadricKernel,
  laplaceKernel,
  maternKernel,
  type RadialKernel,
  withBandwidth,
} from "../../src/domains/radialKernel.ts";
import { symmetricEigenvalues } from "../../src/linalg/eigenvalues.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { meanDiscrepancy, steinDiscrepancy } from "../../src/metrics/kernelDiscrepancy.ts";
import { modeOccupancy } from "../../src/metrics/occupancy.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const kernels: readonly (readonly [name: string, kernel: RadialKernel])[] = [
  ["Gaussian", gaussianKernel({ bandwidth: 0.8, amplitude: 1.5 })],
  ["Laplace", laplaceKernel({ bandwidth: 0.8, amplitude: 1.5 })],
  ["Matérn", maternKernel({ bandwidth: 0.8, amplitude: 1.5 })],
  ["inverse multiquadric", inverseMultiquadricKernel({ bandwidth: 0.8, amplitude: 1.5 })],
];

function jetOf(kernel: RadialKernel, squared: number): Float64Array {
  const jet = new Float64Array(3);
  kernel.evaluate(squared, jet);
  return jet;
}

describe.each(kernels)("the %s kernel", (_name, kernel) => {
  it("has the derivatives that it states", () => {
    const h = 1e-4;
    for (const s of [0.05, 0.6, 3, 9]) {
      const [before, at, after] = [s - h * s, s, s + h * s].map((x) => jetOf(kernel, x));
      expect((after[0] - before[0]) / (2 * h * s) / at[1]).toBeCloseTo(1, 6);
      expect((after[1] - before[1]) / (2 * h * s) / at[2]).toBeCloseTo(1, 6);
    }
    expect(jetOf(kernel, 0)[0]).toBeCloseTo(1.5, 14);
  });

  it("has the kink that it states", () => {
    const h = 1e-7;
    const slope = (jetOf(kernel, h * h)[0] - jetOf(kernel, 0)[0]) / h;
    expect(-2 * slope).toBeCloseTo(kernel.kink, 5);
  });

  it("is positive definite, and a function of the distance over its width", () => {
    const x = normals(keyFrom(1), 80);
    const matrix = new Float64Array(40 * 40);
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 40; j++)
        matrix[i * 40 + j] = jetOf(
          kernel,
          (x[2 * i] - x[2 * j]) ** 2 + (x[2 * i + 1] - x[2 * j + 1]) ** 2,
        )[0];
    expect(symmetricEigenvalues(matrix, 40)[0]).toBeGreaterThan(-1e-12);
    expect(jetOf(withBandwidth(kernel, 1.6), 4 * 0.7)[0]).toBeCloseTo(jetOf(kernel, 0.7)[0], 14);
  });
});

describe("the kernel Stein discrepancy", () => {
  const rho = gaussianMixture({ weights: [0.3, 0.7], means: [[-1], [1.2]], deviations: [0.5, 0.8] });

  it.each(kernels.filter(([, { kind }]) => kind !== "laplace"))(
    "satisfies Stein's identity, %s kernel: ∫u(x, y) π(y) dy = 0",
    (_name, kernel) => {
      // u(x, y) by polarisation: n² KSD² of two points and of each alone.
      const squared = (points: readonly number[]) => {
        const x = Float64Array.from(points);
        return (points.length * steinDiscrepancy(x, rho.score(x), { kernel, dimension: 1 })) ** 2;
      };
      let [sum, size] = [0, 0];
      for (let y = -8; y <= 8; y += 0.02) {
        const u = (squared([0.4, y]) - squared([0.4]) - squared([y])) / 2;
        const weight = 0.02 * Math.exp(rho.logDensity(Float64Array.of(y))[0]);
        sum += weight * u;
        size += weight * Math.abs(u);
      }
      expect(size).toBeGreaterThan(0.1);
      // Matérn's kernel has a third derivative that jumps.
      expect(Math.abs(sum) / size).toBeLessThan(kernel.kind === "matern" ? 1e-3 : 1e-6);
    },
  );

  it("falls as the root of the number of samples, and not where the score is another's", () => {
    const kernel = inverseMultiquadricKernel({ bandwidth: 1 });
    const of = (n: number, score: (x: Float64Array) => Float64Array) => {
      const x = rho.sample(keyFrom(5), n);
      return steinDiscrepancy(x, score(x), { kernel, dimension: 1 });
    };
    expect(of(3200, rho.score) / of(200, rho.score)).toBeLessThan(0.6);
    const other = gaussian({ mean: [0], covariance: [[1]] });
    expect(of(3200, other.score)).toBeGreaterThan(8 * of(3200, rho.score));
  });

  it("refuses a kernel with a kink", () => {
    const points = Float64Array.of(0, 1);
    expect(() =>
      steinDiscrepancy(points, points, { kernel: laplaceKernel({ bandwidth: 1 }), dimension: 1 }),
    ).toThrow("differentiable at zero");
  });
});

describe("samples beside samples", () => {
  it("the mean discrepancy of two points is known, and that of a sample from itself is zero", () => {
    const at = { kernel: gaussianKernel({ bandwidth: 1 }), dimension: 2 };
    const [a, b] = [Float64Array.of(0, 0), Float64Array.of(3, 4)];
    expect(meanDiscrepancy(a, b, at)).toBeCloseTo(Math.sqrt(2 - 2 * Math.exp(-12.5)), 12);
    const sample = normals(keyFrom(1), 40);
    expect(meanDiscrepancy(sample, sample, at)).toBeLessThan(1e-7);
  });

  it("counts points by their nearest centre", () => {
    const points = Float64Array.of(-1, 0, -2, 5, 3, 1, 0.1, 0);
    expect(
      modeOccupancy(points, [
        [-1, 0],
        [1, 0],
      ]),
    ).toEqual([0.5, 0.5]);
  });
});
