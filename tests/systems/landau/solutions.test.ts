/** @file Exact solutions of the Landau equation: published constants, the equation itself, exact samples, equilibria. */

import { describe, expect, it } from "vitest";
import { moments } from "../../../src/metrics/statistics.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import { bkwSolution } from "../../../src/systems/landau/bkw.ts";
import { maxwellCovariance } from "../../../src/systems/landau/moments.ts";
import {
  anisotropicProblem,
  biMaxwellianProblem,
  rosenbluthProblem,
} from "../../../src/systems/landau/problems.ts";
import { kolmogorov, planeSums, scoreDefect } from "../../measures/laws.ts";

const plane = bkwSolution({ dimension: 2, constant: 1 / 16, amplitude: 0.5 });
const space = bkwSolution({ dimension: 3, constant: 1 / 24, amplitude: 1 });

describe("the solution of Bobylev, Krook and Wu", () => {
  it("has its published constants", () => {
    expect(plane.start).toBeCloseTo(0, 14);
    expect(space.start).toBeCloseTo(6 * Math.log(5 / 2), 12);
    expect(plane.spread(3)).toBeCloseTo(1 - 0.5 * Math.exp(-3 / 8), 14);
    expect(space.spread(6)).toBeCloseTo(1 - Math.exp(-1), 14);
    expect(Math.exp(plane.at(0).logDensity(Float64Array.of(0.6, 0.3))[0])).toBeCloseTo(
      (0.45 * Math.exp(-0.45)) / Math.PI,
      14,
    );
    expect(() => space.at(5)).toThrow("no density");
  });

  it.each([
    [0, -2.721946],
    [1, -2.789049],
    [2.5, -2.820952],
    [5, -2.834236],
    [10, -2.837642],
    [Number.POSITIVE_INFINITY, -2.837877],
  ])("has the entropy of the plane at t = %f", (time, entropy) => {
    expect(plane.entropy(time)).toBeCloseTo(entropy, 6);
  });

  it.each([
    [5.5, -4.193052],
    [6, -4.218982],
    [6.5, -4.233109],
    [7.5, -4.2467445],
    [10, -4.25534],
    [Number.POSITIVE_INFINITY, -4.256816],
  ])("has the entropy of space at t = %f", (time, entropy) => {
    expect(space.entropy(time)).toBeCloseTo(entropy, 6);
  });

  it("heats explicit steps by τC(d−1) times the entropy that is lost, and half a step's share more", () => {
    for (const [solution, from, to] of [
      [plane, 0, 5],
      [space, 5.5, 6.5],
    ] as const) {
      const { constant, dimension, entropy, squaredSpeed } = solution;
      const tau = 0.01;
      const lost = constant * (dimension - 1) * (entropy(from) - entropy(to));
      const first = 0.5 * tau * (squaredSpeed(from) - squaredSpeed(to));
      expect(solution.energyDrift({ tau, from, to }) / (tau * (lost + first))).toBeCloseTo(1, 4);
    }
  });

  it("loses entropy at the rate of its dissipation, −dH/dt = C(d−1)·E[∇log f·(∇log f + v)]", () => {
    for (const [solution, t] of [
      [plane, 1],
      [space, 6],
    ] as const) {
      const h = 1e-4;
      const rate = (solution.entropy(t + h) - solution.entropy(t - h)) / (2 * h);
      // E[(s + v)·v] = 0, so E[s·(s + v)] = E|s + v|² = E|U|²/C²(d − 1)².
      const factor = solution.constant * (solution.dimension - 1);
      expect(rate).toBeCloseTo(-solution.squaredSpeed(t) / factor, 8);
    }
  });

  it("solves the equation: ∂_t f = −∇·(f U) with U = −C(d−1)(∇log f + v)", () => {
    const h = 1e-4;
    for (const [solution, t, point] of [
      [plane, 0.7, [0.8, -0.3]],
      [space, 6.2, [0.5, 0.4, -1.1]],
    ] as const) {
      const d = solution.dimension;
      const density = (x: readonly number[], time: number) =>
        Math.exp(solution.at(time).logDensity(Float64Array.from(x))[0]);
      const flux = (x: readonly number[], a: number) => {
        const score = solution.at(t).score(Float64Array.from(x));
        return -density(x, t) * solution.constant * (d - 1) * (score[a] + x[a]);
      };
      const rate = (density(point, t + h) - density(point, t - h)) / (2 * h);
      const divergence = point.reduce((sum, _, a) => {
        const [up, down] = [h, -h].map((s) => point.map((x, b) => (a === b ? x + s : x)));
        return sum + (flux(up, a) - flux(down, a)) / (2 * h);
      }, 0);
      expect(Math.abs(rate)).toBeGreaterThan(1e-4);
      expect(Math.abs(rate + divergence)).toBeLessThan(1e-8);
    }
  });

  it.each([
    ["the plane at its first time", plane, 0],
    ["the plane", plane, 2],
    ["space", space, 6],
  ])("draws exact samples in %s: mean 0, covariance I, fourth moment d(d+2)K(2−K)", (_name, solution, t) => {
    const d = solution.dimension;
    const count = 200_000;
    const points = solution.at(t).sample(foldIn(keyFrom(4), d), count);
    const { mean, covariance } = moments(points, d);
    for (let a = 0; a < d; a++) {
      expect(Math.abs(mean[a])).toBeLessThan(4 / Math.sqrt(count));
      for (let b = 0; b < d; b++)
        expect(Math.abs(covariance[a][b] - (a === b ? 1 : 0))).toBeLessThan(6 / Math.sqrt(count));
    }
    let [fourth, eighth] = [0, 0];
    for (let i = 0; i < points.length; i += d) {
      const square = points.subarray(i, i + d).reduce((sum, x) => sum + x * x, 0);
      fourth += square ** 2 / count;
      eighth += square ** 4 / count;
    }
    const error = Math.sqrt((eighth - fourth ** 2) / count);
    expect(Math.abs(fourth - solution.fourthMoment(t))).toBeLessThan(4 * error);
    expect(scoreDefect(solution.at(t), points.subarray(0, 60), 1e-6)).toBeLessThan(1e-5);
  });

  it("draws the distribution of its first coordinate", () => {
    const { cdf, mass } = planeSums(plane.at(0.5), 6, 0.02);
    expect(mass).toBeCloseTo(1, 6);
    const points = plane.at(0.5).sample(keyFrom(9), 20_000);
    expect(
      kolmogorov(
        points.filter((_, i) => i % 2 === 0),
        cdf,
      ),
    ).toBeLessThan(1.95);
  });

  it("knows the slope of its score", () => {
    const density = space.at(6);
    const points = density.sample(keyFrom(2), 20);
    const jacobian = density.scoreJacobian(points);
    const h = 1e-6;
    for (let k = 0; k < 3; k++) {
      const [up, down] = [h, -h].map((s) => density.score(points.map((x, i) => (i % 3 === k ? x + s : x))));
      up.forEach((value, m) => {
        const [i, f] = [Math.floor(m / 3), m % 3];
        expect(Math.abs(jacobian[(i * 3 + k) * 3 + f] - (value - down[m]) / (2 * h))).toBeLessThan(1e-6);
      });
    }
  });
});

describe("problems", () => {
  it("bi-Maxwellian: temperature 2, entropies −3.337949 and −3.531024", () => {
    const { initial, equilibrium } = biMaxwellianProblem();
    const { moments: sums } = planeSums(initial, 9, 0.05);
    const [x, y, xx, xy, yy] = sums;
    [x, y, xx - x * x, xy - x * y, yy - y * y].forEach((value, k) => {
      expect(value).toBeCloseTo([-1, 0, 2, -1, 2][k], 9);
    });
    expect(xx + yy).toBeCloseTo(5, 9);
    expect(equilibrium.covariance).toEqual([
      [2, 0],
      [0, 2],
    ]);
    expect(-equilibrium.entropy).toBeCloseTo(-3.531024, 6);
    let entropy = 0;
    for (let u = -10; u < 8; u += 0.05) {
      const column = Float64Array.from({ length: 2 * 360 }, (_, m) =>
        m % 2 === 0 ? u : -9 + 0.025 * (m - 1),
      );
      for (const value of initial.logDensity(column)) entropy += 0.0025 * Math.exp(value) * value;
    }
    expect(entropy).toBeCloseTo(-3.337949, 6);
  });

  it("Rosenbluth: mass, temperature, the peak and the entropies of the equilibrium", () => {
    const { initial, equilibrium, mass } = rosenbluthProblem();
    expect(mass).toBeCloseTo(1.996815e-3, 9);
    expect(equilibrium.covariance[0][0]).toBeCloseTo(3.735714e-2, 8);
    expect(mass * Math.exp(equilibrium.logDensity(new Float64Array(3))[0])).toBeCloseTo(0.0175593, 7);
    expect(-initial.entropy).toBeCloseTo(1.0634128, 7);
    expect(-equilibrium.entropy).toBeCloseTo(0.6740311, 7);
    const kept = (entropy: number) => mass * (Math.log(mass) - entropy);
    expect(kept(initial.entropy)).toBeCloseTo(-0.0102892, 7);
    expect(kept(equilibrium.entropy)).toBeCloseTo(-0.0110667, 7);
  });

  it("ten dimensions: entropies, and a covariance that relaxes at the rate 4dC = 5/3", () => {
    const variances = [1.8, 0.2, 1, 1, 1, 1, 1, 1, 1, 1];
    const { initial, equilibrium, constant } = anisotropicProblem({ variances, constant: 1 / 24 });
    expect(-initial.entropy).toBeCloseTo(-13.67856, 6);
    expect(-equilibrium.entropy).toBeCloseTo(-14.189385, 6);
    const at = maxwellCovariance(initial.covariance, { constant }, 0.6);
    expect(at[0][0]).toBeCloseTo(1 + 0.8 * Math.exp(-1), 12);
    expect(at[1][1]).toBeCloseTo(1 - 0.8 * Math.exp(-1), 12);
    expect(
      maxwellCovariance(initial.covariance, { constant: 2 * constant, mass: 0.5 }, 0.6)[0][0],
    ).toBeCloseTo(at[0][0], 14);
  });
});
