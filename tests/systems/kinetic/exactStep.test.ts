import { describe, expect, it } from "vitest";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { affineMinimiser } from "../../../src/systems/kinetic/affine.ts";
import { exactCollisionStep, velocitiesAt } from "../../../src/systems/kinetic/exactStep.ts";

const constants = { strength: 0.8, temperature: 1.3, tau: 0.2 };
const covariance = [
  [0.5, 0.2],
  [0.2, 0.4],
];

describe("the exact collision step by quantiles at each position", () => {
  it("is that of the closed form for a Gaussian", () => {
    const mean = [0.7, -0.4];
    const points = gaussian({ mean, covariance }).sample(keyFrom(1), 12);
    const mixture = gaussianMixture({ weights: [1], means: [mean], covariances: [covariance] });
    const after = exactCollisionStep(mixture, points, constants);
    const { matrix, offset } = affineMinimiser(
      { mean, covariance },
      { ...constants, velocities: { start: 1, count: 1 }, logDeterminant: "exact" },
    );
    after.forEach((velocity, i) => {
      const [x, v] = points.subarray(2 * i, 2 * i + 2);
      const u = offset[0] + matrix[0][0] * (x - mean[0]) + matrix[0][1] * (v - mean[1]);
      expect(velocity).toBeCloseTo(v + constants.tau * u, 6);
    });
  });

  it("leaves the equilibrium alone", () => {
    const mixture = gaussianMixture({
      weights: [1],
      means: [[0, 0]],
      covariances: [
        [
          [2, 0],
          [0, constants.temperature],
        ],
      ],
    });
    const points = mixture.sample(keyFrom(2), 12);
    exactCollisionStep(mixture, points, constants).forEach((velocity, i) => {
      expect(velocity).toBeCloseTo(points[2 * i + 1], 6);
    });
  });
});

it("the velocities at a position are the mixture, conditioned", () => {
  const mixture = gaussianMixture({
    weights: [0.3, 0.7],
    means: [
      [-1, 0.5],
      [1, -0.5],
    ],
    covariances: [covariance, covariance],
  });
  const x = 0.3;
  const velocities = velocitiesAt(mixture, x);
  const [reference] = mixture
    .logDensity(Float64Array.of(x, 0))
    .map((l, i) => l - velocities.logDensity(Float64Array.of(0))[i]);
  for (const v of [-1.5, -0.2, 1]) {
    const joint = mixture.logDensity(Float64Array.of(x, v))[0];
    expect(joint - velocities.logDensity(Float64Array.of(v))[0]).toBeCloseTo(reference, 10);
  }
});
