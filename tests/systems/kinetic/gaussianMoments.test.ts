/** @file Gaussian solutions of the kinetic Fokker–Planck equation: the moment equations, their limit, dissipation. */

import { describe, expect, it } from "vitest";
import { cholesky } from "../../../src/linalg/cholesky.ts";
import { add, matmul, matvec, maxDifference, scale, transpose } from "../../../src/linalg/matrix.ts";
import { kineticGaussians } from "../../../src/systems/kinetic/gaussianMoments.ts";

const system = kineticGaussians({
  stiffness: [
    [1.4, 0.3],
    [0.3, 0.8],
  ],
  center: [0.5, -1],
  strength: 0.7,
  temperature: 1.3,
});
const initial = {
  mean: [1, 0, 0.2, -0.4],
  covariance: [
    [0.5, 0.1, 0, 0.2],
    [0.1, 0.6, 0.05, 0],
    [0, 0.05, 0.4, -0.1],
    [0.2, 0, -0.1, 0.9],
  ],
};
const generator = [
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [-1.4, -0.3, -0.7, 0],
  [-0.3, -0.8, 0, -0.7],
];

describe("kineticGaussians", () => {
  it("solves the moment equations", () => {
    const h = 1e-3;
    for (const t of [0.1, 1, 6]) {
      const now = system.flow(initial, t);
      const [before, after] = [-h, h].map((s) => system.flow(initial, t + s));
      const meanRate = after.mean.map((value, a) => (value - before.mean[a]) / (2 * h));
      const expected = matvec(generator, [now.mean[0] - 0.5, now.mean[1] + 1, now.mean[2], now.mean[3]]);
      for (const [a, rate] of meanRate.entries()) expect(rate).toBeCloseTo(expected[a], 5);
      const rate = scale(add(after.covariance, before.covariance, -1), 1 / (2 * h));
      const drift = matmul(generator, now.covariance);
      const noise = [0, 0, 2 * 0.7 * 1.3, 2 * 0.7 * 1.3].map((q, a, all) =>
        all.map((_, b) => (a === b ? q : 0)),
      );
      expect(maxDifference(rate, add(add(drift, transpose(drift)), noise))).toBeLessThan(1e-5);
    }
  });

  it("adds times, also very long ones, and ends at the equilibrium", () => {
    const twice = system.flow(system.flow(initial, 0.7), 2.1);
    expect(maxDifference(twice.covariance, system.flow(initial, 2.8).covariance)).toBeLessThan(1e-13);
    const late = system.flow(initial, 500);
    expect(maxDifference(late.covariance, system.stationary().covariance)).toBeLessThan(1e-12);
    expect(Math.max(...late.mean.map((x, a) => Math.abs(x - system.stationary().mean[a])))).toBeLessThan(
      1e-12,
    );
  });

  it("has the covariance of free flight without collisions and without a potential", () => {
    const free = kineticGaussians({ stiffness: [[0]], strength: 0, temperature: 1 });
    const state = free.flow(
      {
        mean: [0, 2],
        covariance: [
          [1, 0],
          [0, 0.25],
        ],
      },
      4,
    );
    expect(state.mean).toEqual([8, 2]);
    expect(
      maxDifference(state.covariance, [
        [5, 1],
        [1, 0.25],
      ]),
    ).toBeLessThan(1e-13);
  });

  it("loses free energy at the rate ε⁻¹ E|u*|², with the drift of the collisions", () => {
    const h = 1e-4;
    const state = system.flow(initial, 0.4);
    const [before, after] = [-h, h].map((s) => system.freeEnergy(system.flow(initial, 0.4 + s)));
    // The mean of a quadratic over a Gaussian is that over the points μ ± √4 (columns of the Cholesky factor).
    const factor = transpose(cholesky(state.covariance));
    const points = Float64Array.from(
      [-2, 2].flatMap((s) => factor.flatMap((column) => column.map((x, a) => state.mean[a] + s * x))),
    );
    const dissipated = system.drift(state, points).reduce((sum, u) => sum + u * u, 0) / 8 / 0.7;
    expect((before - after) / (2 * h) / dissipated).toBeCloseTo(1, 6);
    const rest = system.stationary();
    expect(Math.max(...system.drift(rest, points).map(Math.abs))).toBeLessThan(1e-12);
  });
});
