/** @file Metrics against closed forms, and against errors that are put in on purpose. */

import { describe, expect, it } from "vitest";
import { identity, type Matrix } from "../../src/linalg/matrix.ts";
import { applyAffine } from "../../src/measures/affineMap.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { klFromLogDensities } from "../../src/metrics/divergence.ts";
import { relativeDisplacementError, unexplainedVariance } from "../../src/metrics/mapError.ts";
import { estimate, moments, observedOrder, pairedDifference } from "../../src/metrics/statistics.ts";
import { wasserstein1d, wassersteinGaussian } from "../../src/metrics/wasserstein.ts";
import { virialResidual, weakResidual } from "../../src/metrics/weakResidual.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { observedFokkerPlanckStep } from "../fixtures/observedFokkerPlanckStep.ts";

const tilted: Matrix = [
  [1, -0.3],
  [-0.3, 0.5],
];

describe("wassersteinGaussian", () => {
  it("is |m₁−m₂|² + Σ(σ₁−σ₂)² for commuting covariances, and a metric", () => {
    const a = {
      mean: [0, 1],
      covariance: [
        [4, 0],
        [0, 1],
      ],
    };
    const b = {
      mean: [3, 1],
      covariance: [
        [1, 0],
        [0, 9],
      ],
    };
    const c = { mean: [1, 0], covariance: tilted };
    expect(wassersteinGaussian(a, b)).toBeCloseTo(Math.sqrt(9 + 1 + 4), 13);
    expect(wassersteinGaussian(a, c)).toBeCloseTo(wassersteinGaussian(c, a), 13);
    expect(wassersteinGaussian(c, c)).toBeLessThan(1e-7); // the square root of round-off
    expect(wassersteinGaussian(a, b)).toBeLessThan(wassersteinGaussian(a, c) + wassersteinGaussian(c, b));
  });

  it("equals the cost of an optimal (symmetric positive) linear map", () => {
    const flow = ornsteinUhlenbeck({
      stiffness: [
        [2, 0.5],
        [0.5, 1],
      ],
      diffusion: 0.5,
    });
    const start = gaussian({ mean: [1, 2], covariance: tilted });
    const { gaussian: next, map } = flow.jkoStep(start, 0.3);
    // E|T−x|² for T = m₁ + S(x−m₀): |m₁−m₀|² + tr((S−I)Σ₀(S−I)).
    let cost = (next.mean[0] - 1) ** 2 + (next.mean[1] - 2) ** 2;
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 2; j++)
        for (let k = 0; k < 2; k++)
          cost += (map.matrix[i][j] - Number(i === j)) * tilted[j][k] * (map.matrix[i][k] - Number(i === k));
    expect(wassersteinGaussian(start, next) ** 2).toBeCloseTo(cost, 12);
  });
});

describe("wasserstein1d", () => {
  it("pairs sorted samples, also when the counts differ", () => {
    expect(wasserstein1d([3, 1, 2], [12, 13, 11])).toBeCloseTo(10, 14);
    expect(wasserstein1d([0, 1], [0, 0, 1, 1])).toBe(0);
    // [0, 1) against levels ⅓ and ⅔: by hand, ⅓·0 + ⅙·(0−1)² + ⅙·(2−1)² + ⅓·(2−2)² with samples {0, 2} and {0, 1, 2}.
    expect(wasserstein1d([0, 2], [0, 1, 2])).toBeCloseTo(Math.sqrt(1 / 3), 14);
  });

  it("approaches the closed form for Gaussian samples", () => {
    const z = normals(keyFrom(1), 20_000);
    expect(
      wasserstein1d(
        z,
        z.map((v) => 2 * v + 3),
      ),
    ).toBeCloseTo(Math.sqrt(estimate(z.map((v) => (v + 3) ** 2)).mean), 12);
  });
});

describe("map errors", () => {
  const exact = normals(keyFrom(2), 20_000);

  it("unexplained variance of a shift by s is 100·|s|²/Var, in percent", () => {
    const { covariance } = moments(exact, 2);
    const variance = covariance[0][0] + covariance[1][1];
    const shifted = exact.map((v, k) => v + (k % 2 === 0 ? 0.1 : 0));
    expect(unexplainedVariance(shifted, exact, 2)).toBeCloseTo(1 / variance, 12);
    expect(unexplainedVariance(exact, exact, 2)).toBe(0);
  });

  it("relative displacement error of standing still is 1, of half the way 1/4", () => {
    const initial = exact.map((v) => 0.5 * v + 1);
    expect(relativeDisplacementError({ initial, computed: initial, exact })).toBe(1);
    const halfway = exact.map((v, k) => 0.5 * (v + initial[k]));
    expect(relativeDisplacementError({ initial, computed: halfway, exact })).toBeCloseTo(0.25, 13);
    expect(() => relativeDisplacementError({ initial, computed: exact, exact: initial })).toThrow(
      "got the identity",
    );
  });
});

describe("statistics", () => {
  it("klFromLogDensities meets the closed form between Gaussians", () => {
    const rho = gaussian({ mean: [0.5], covariance: [[0.5]] });
    const sigma = gaussian({ mean: [0], covariance: [[1]] });
    const x = rho.sample(keyFrom(3), 50_000);
    const { mean, standardError } = klFromLogDensities(rho.logDensity(x), sigma.logDensity(x));
    expect(Math.abs(mean - 0.5 * (0.5 + 0.25 - 1 - Math.log(0.5))) / standardError).toBeLessThan(4);
    expect(standardError).toBeLessThan(0.004);
  });

  it("pairedDifference sees a shift far below the spread of either sample", () => {
    const a = normals(keyFrom(4), 10_000);
    const b = a.map((v, i) => v + 1e-3 + 1e-2 * Math.sin(i));
    const { mean, t } = pairedDifference(b, a);
    expect(mean).toBeCloseTo(1e-3, 5);
    expect(t).toBeGreaterThan(10);
    expect(pairedDifference(a, a).t).toBe(0);
  });

  it("observedOrder is the exponent of a power law", () => {
    expect(observedOrder([1, 2, 4, 8], [3, 12, 48, 192])).toBeCloseTo(2, 13);
    expect(() => observedOrder([1, 2], [0, 1])).toThrow("observedOrder: errors must be positive, got 0");
  });

  it("moments of a known cloud", () => {
    const { mean, covariance } = moments([0, 0, 2, 0, 0, 2, 2, 2], 2);
    expect(mean).toEqual([1, 1]);
    expect(covariance).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});

describe("weak residual", () => {
  const flow = ornsteinUhlenbeck({
    stiffness: [
      [2, 0.5],
      [0.5, 1],
    ],
    diffusion: 0.5,
  });
  const start = gaussian({ mean: [1, 2], covariance: tilted });
  const { map } = flow.jkoStep(start, 0.1);
  const initial = start.sample(keyFrom(5), 20_000);
  const moved = applyAffine(map, initial);
  const observe = (points: Float64Array) =>
    observedFokkerPlanckStep({
      dimension: 2,
      tau: 0.1,
      initial,
      moved: points,
      potential: flow.potential,
      diffusion: 0.5,
    });

  it("of a shifted map is the violation of the momentum law: |(I/τ + A)s|, within five errors", () => {
    const s = [0.05, -0.02];
    const expected = Math.hypot(12 * s[0] + 0.5 * s[1], 0.5 * s[0] + 11 * s[1]);
    const shifted = weakResidual(observe(moved.map((v, k) => v + s[k % 2])), { degree: 0 });
    expect(Math.abs(shifted.value - expected)).toBeLessThan(5 * shifted.standardError);
    expect(expected).toBeGreaterThan(20 * shifted.standardError);
  });

  it("grows with the fields and does not depend on the coordinates' units", () => {
    const wrong = moved.map((v) => 1.02 * v);
    const values = [0, 1, 2, 3].map((degree) => weakResidual(observe(wrong), { degree }).value);
    for (let k = 1; k < 4; k++) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1]);
    // Lengths times 10, times kept: velocities and the residual grow by 10, the relative residual stays.
    const scaled = {
      ...observe(wrong),
      initial: initial.map((v) => 10 * v),
      moved: wrong.map((v) => 10 * v),
      force: Float64Array.from(observe(wrong).force, (v) => 10 * v),
      pressure: 50,
    };
    expect(weakResidual(scaled).value / values[3]).toBeCloseTo(10, 8);
    expect(weakResidual(scaled).relative).toBeCloseTo(weakResidual(observe(wrong)).relative, 9);
  });

  it("tests no more fields than the particles can judge: in ten dimensions affine ones, which see a wrong spread", () => {
    const matrix = identity(10);
    const many = ornsteinUhlenbeck({ stiffness: matrix, diffusion: 1 });
    const narrow = gaussian({
      mean: new Array<number>(10).fill(0.5),
      covariance: matrix.map((row) => row.map((x) => 0.3 * x)),
    });
    const x = narrow.sample(keyFrom(6), 1500);
    const exact = applyAffine(many.jkoStep(narrow, 0.1).map, x);
    const step = (points: Float64Array) =>
      observedFokkerPlanckStep({
        dimension: 10,
        tau: 0.1,
        initial: x,
        moved: points,
        potential: many.potential,
        diffusion: 1,
      });
    const [right, wrong] = [exact, exact.map((v) => 1.05 * v)].map((points) => weakResidual(step(points)));
    expect(right).toEqual(weakResidual(step(exact), { degree: 1 }));
    expect(right.value).toBeLessThan(1.3 * right.noise);
    expect(wrong.value).toBeGreaterThan(2 * wrong.noise);
  });

  it("has a standard error that matches the spread over independent samples", () => {
    const runs = Array.from({ length: 40 }, (_, r) => {
      const x = start.sample(keyFrom(100 + r), 1000);
      const points = applyAffine(map, x).map((v) => 1.05 * v);
      return weakResidual({ ...observe(points), initial: x });
    });
    const spread = estimate(runs.map((run) => run.value)).standardError * Math.sqrt(40);
    const claimed = estimate(runs.map((run) => run.standardError)).mean;
    // 40 runs know their own spread to 11 %; the plug-in error neglects that the orthonormal basis is sampled too.
    expect(claimed / spread).toBeGreaterThan(0.6);
    expect(claimed / spread).toBeLessThan(1.6);
  });

  it("vanishes at the exact step on quadrature points, and is D/σ₁ per unit of missing pressure", () => {
    // Midpoints of 20,000 quantiles integrate second moments to 1e-4, so that no sampling noise hides a wrong term.
    const line = ornsteinUhlenbeck({ stiffness: [[1]], diffusion: 0.5 });
    const rho = gaussian({ mean: [1], covariance: [[0.25]] });
    const x = Float64Array.from({ length: 20_000 }, (_, i) => rho.quantile((i + 0.5) / 20_000));
    const { gaussian: next, map: exactMap } = line.jkoStep(rho, 0.1);
    const step = {
      dimension: 1,
      tau: 0.1,
      initial: x,
      moved: applyAffine(exactMap, x),
      potential: line.potential,
    };
    const residual = (diffusion: number) =>
      weakResidual(observedFokkerPlanckStep({ ...step, diffusion }), { degree: 1 }).value;
    expect(residual(0.5)).toBeLessThan(1e-3);
    expect(residual(0.55) * Math.sqrt(next.covariance[0][0])).toBeCloseTo(0.05, 3);
    const virial = (diffusion: number) =>
      virialResidual(observedFokkerPlanckStep({ ...step, diffusion })).mean;
    expect(Math.abs(virial(0.5))).toBeLessThan(1e-4);
    expect(virial(0.55)).toBeCloseTo(-2 * 0.1 * 0.05, 4);
  });

  it("virialResidual sees a dilation and accepts the exact step", () => {
    const exact = virialResidual(observe(moved));
    const dilated = virialResidual(observe(moved.map((v) => 1.02 * v)));
    expect(Math.abs(exact.mean) / exact.standardError).toBeLessThan(4);
    expect(dilated.mean / dilated.standardError).toBeGreaterThan(10);
  });
});
