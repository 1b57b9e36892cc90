/** @file Random rotations are rotations, and uniformly distributed. */

import { describe, expect, it } from "vitest";
import { determinant } from "../../src/linalg/lu.ts";
import { identity, matmul, maxDifference, transpose } from "../../src/linalg/matrix.ts";
import { estimate } from "../../src/metrics/statistics.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

describe("randomRotation", () => {
  it.each([1, 2, 3, 8, 16])("is orthogonal with determinant 1 in dimension %i", (d) => {
    for (const key of split(keyFrom(1), 10)) {
      const r = randomRotation(key, d);
      expect(maxDifference(matmul(r, transpose(r)), identity(d))).toBeLessThan(1e-14);
      expect(Math.abs(determinant(r) - 1)).toBeLessThan(1e-13);
    }
  });

  it("has the Haar moments E R_ij = 0, E R_ij² = 1/3, E R_ij⁴ = 1/5 in every entry in R³", () => {
    const rotations = split(keyFrom(2), 20_000).map((key) => randomRotation(key, 3));
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        [0, 1 / 3, 0, 1 / 5].forEach((moment, k) => {
          const { mean, standardError } = estimate(rotations.map((r) => r[i][j] ** (k + 1)));
          expect(Math.abs(mean - moment) / standardError).toBeLessThan(4.5);
        });
      }
    }
  });

  it("is uniform over the angle in the plane", () => {
    const angles = split(keyFrom(3), 10_000).map((key) => {
      const r = randomRotation(key, 2);
      return Math.atan2(r[1][0], r[0][0]);
    });
    for (const k of [1, 2, 3]) {
      const { mean, standardError } = estimate(angles.map((angle) => Math.cos(k * angle)));
      expect(Math.abs(mean) / standardError).toBeLessThan(4);
    }
  });
});
