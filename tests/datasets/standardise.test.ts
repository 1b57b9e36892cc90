/** @file Standardised points have mean 0 and deviation 1, and densities transform by the Jacobian. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyStandardisation,
  restoreLogDensity,
  restorePositions,
  standardise,
  standardiseLogDensity,
} from "../../src/datasets/standardise.ts";

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });

describe("standardise", () => {
  it("gives mean 0 and standard deviation 1 in every coordinate", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(number, { minLength: 40, maxLength: 80 }),
        (d, numbers) => {
          const n = Math.floor(numbers.length / d);
          // Spread out, so that no column is constant.
          const points = Float64Array.from(
            numbers.slice(0, n * d),
            (x, i) => x + 1e4 * Math.floor(i / d) + 1e6,
          );
          const { points: z } = standardise(points, d);
          for (let k = 0; k < d; k++) {
            const column = Array.from({ length: n }, (_, i) => z[i * d + k]);
            const mean = column.reduce((sum, x) => sum + x, 0) / n;
            const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
            expect(mean).toBeCloseTo(0, 9);
            expect(variance).toBeCloseTo(1, 9);
          }
        },
      ),
    );
  });

  it("is undone for positions and log-densities", () => {
    const points = Float64Array.of(1, 10, 2, 30, 4, 20);
    const s = standardise(points, 2);
    const back = restorePositions(s.points, s);
    back.forEach((x, i) => {
      expect(x).toBeCloseTo(points[i], 12);
    });
    expect(applyStandardisation(points, s)).toEqual(s.points);
    const log = Float64Array.of(-1, -2, -3);
    restoreLogDensity(standardiseLogDensity(log, s), s).forEach((x, i) => {
      expect(x).toBeCloseTo(log[i], 12);
    });
  });

  it("keeps the integral of the density: a standard normal becomes N(mean, scale²)", () => {
    const standardisation = { mean: [3, -1], scale: [2, 0.5] };
    const z = Float64Array.of(0.3, -1.2);
    const logStandardNormal = -(0.3 ** 2 + 1.2 ** 2) / 2 - Math.log(2 * Math.PI);
    const x = restorePositions(z, standardisation);
    const exact =
      -((x[0] - 3) ** 2) / (2 * 4) -
      (x[1] + 1) ** 2 / (2 * 0.25) -
      Math.log(2 * Math.PI) -
      Math.log(2) -
      Math.log(0.5);
    expect(restoreLogDensity(Float64Array.of(logStandardNormal), standardisation)[0]).toBeCloseTo(exact, 13);
  });

  it("refuses constant columns and fewer than two rows", () => {
    expect(() => standardise(Float64Array.of(1, 5, 2, 5), 2, ["a", "b"])).toThrow(
      'standardise: "b" cannot be standardised: its standard deviation is 0. Leave it out.',
    );
    expect(() => standardise(Float64Array.of(1, 5), 2)).toThrow(
      "points must be at least 2 rows of 2 numbers, got 2",
    );
  });
});
