/** @file Exact JKO steps of radial densities, against closed forms. */

import { describe, expect, it } from "vitest";
import { type Bumps, heldOutBumps, radialCase } from "../../bench/architectures/radialCases.ts";
import { newtonianStep, squareStep } from "../../bench/architectures/radialSteps.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { newtonianEllipses } from "../../src/systems/aggregation/ellipses.ts";
import { barenblattSystem } from "../../src/systems/porousMedium/barenblatt.ts";

const centre = [0.3, -0.2];
const bump = (radius: number, power: number): Bumps => ({
  centre,
  weights: [1],
  radii: [radius],
  powers: [power],
});
const dilated = (points: ArrayLike<number>, factor: number) =>
  Float64Array.from(points, (x, i) => centre[i % 2] + factor * (x - centre[i % 2]));

describe("a radial JKO step", () => {
  it.each([0.02, 1])("dilates a profile of Barenblatt of age %f as the closed form does", (age) => {
    const tau = 0.05;
    const system = barenblattSystem({ dimension: 2, exponent: 2 });
    const scale = system.scaleOfAge(age);
    // The covariance of a bump of power p in the plane is R²/(2p + 4) along each axis.
    const radius = Math.sqrt(3 * system.secondMoment) * scale;
    const { cloud, exact } = radialCase(bump(radius, 1), {
      ...{ step: squareStep, tau, particles: 500, key: keyFrom(1) },
    });
    let after = scale;
    for (let k = 1; k <= 10; k++) {
      after = system.jkoStep(after, tau);
      expect(unexplainedVariance(exact(k), dilated(cloud.positions, after / scale), 2)).toBeLessThan(1e-5);
    }
  });

  it("takes a uniform disc to that of the closed form", () => {
    const tau = 0.1;
    const { cloud, exact } = radialCase(bump(2, 0), {
      ...{ step: newtonianStep, tau, particles: 500, key: keyFrom(2) },
    });
    let axes: readonly [number, number] = [2, 2];
    for (let k = 1; k <= 10; k++) {
      axes = newtonianEllipses.jkoStep(axes, tau);
      expect(unexplainedVariance(exact(k), dilated(cloud.positions, axes[0] / 2), 2)).toBeLessThan(1e-9);
    }
  });

  it("spreads every sum of two bumps about its centre, over fifty steps", () => {
    for (let i = 0; i < 8; i++) {
      const key = foldIn(keyFrom(3), i);
      const bumps = heldOutBumps(key, [0.45, 1.6]);
      const { exact } = radialCase(bumps, { step: squareStep, tau: 0.05, particles: 200, key });
      const spreads = [1, 10, 50].map((k) =>
        exact(k).reduce((sum, x, j) => sum + (x - bumps.centre[j % 2]) ** 2, 0),
      );
      expect(spreads[1]).toBeGreaterThan(spreads[0]);
      expect(spreads[2]).toBeGreaterThan(spreads[1]);
    }
  });
});
