/** @file The error function and its relatives against tabulated values and their own identities. */

import { describe, expect, it } from "vitest";
import {
  erf,
  erfc,
  millsRatio,
  normalCdf,
  normalCdfIntegral,
  normalLogDensity,
  normalQuantile,
} from "../../src/measures/normal.ts";

describe("erf and erfc", () => {
  // Values of the C library's erfc, correct to the last digits shown; they straddle the joints of the three formulas.
  it.each([
    [0.1, 0.8875370839817152],
    [0.69, 0.32915993776492225],
    [0.7, 0.32219880616258156],
    [1, 0.15729920705028513],
    [1.999, 0.004698443348629488],
    [2, 0.004677734981047265],
    [3, 2.2090496998585438e-5],
    [5, 1.5374597944280351e-12],
    [9, 4.13703174651381e-37],
  ])("erfc(%f) has relative error below 1e-14", (x, value) => {
    expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-14);
    expect(Math.abs(erfc(-x) - (2 - value))).toBeLessThan(4e-16);
    expect(Math.abs(erf(x) - (1 - value))).toBeLessThan(4e-16);
  });

  it("erf is odd and linear at the origin", () => {
    expect(erf(1e-12)).toBeCloseTo(2e-12 / Math.sqrt(Math.PI), 26);
    expect(erf(-0.5)).toBe(-erf(0.5));
    expect(erf(0)).toBe(0);
  });
});

describe("normalQuantile", () => {
  it("inverts the distribution function over 100 orders of magnitude", () => {
    for (const u of [1e-100, 1e-20, 1e-7, 1e-6, 1.1e-6, 0.001, 0.3, 0.49999, 0.5]) {
      // Relative error of Φ is z times that of z: 21 units in the last place at 1e-100.
      expect(Math.abs(normalCdf(normalQuantile(u)) / u - 1)).toBeLessThan(2e-14);
    }
    for (const z of [-6, -1, -0.1, 0.7, 3]) expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 11);
  });

  it("refuses the end points", () => {
    expect(() => normalQuantile(0)).toThrow("normalQuantile: u must lie strictly between 0 and 1, got 0");
  });
});

/** `Σ_n (−1)^n (2n + 1)!! / ((2n + 1) z^{2n})` or, with `integrated`, `Σ_n (−1)^n (2n + 1)!! / z^{2n}`, eight terms. */
function asymptotic(z: number, integrated: boolean): number {
  let sum = 0;
  let term = 1;
  for (let n = 0; n < 8; n++) {
    sum += integrated ? term * (2 * n + 1) : term;
    term *= -(2 * n + 1) / (z * z);
  }
  return sum;
}

describe("tails of the normal distribution", () => {
  it("millsRatio is the tail over the density, and the asymptotic series where both underflow", () => {
    for (const z of [-0.9, 0, 1, 2.8, 2.83, 5, 20]) {
      // The exponential of −200 carries a relative error of 200 units in the last place, twice.
      const ratio = normalCdf(-z) / Math.exp(normalLogDensity(z));
      expect(Math.abs(millsRatio(z) / ratio - 1)).toBeLessThan(1e-13);
    }
    for (const z of [30, 100, 1e6]) {
      expect(Math.abs((millsRatio(z) * z) / asymptotic(z, false) - 1)).toBeLessThan(1e-14);
    }
  });

  it("normalCdfIntegral keeps its relative accuracy in the left tail", () => {
    for (const z of [-2.82, -2.83, -4]) {
      // z Φ + φ loses a factor 1 + z² of accuracy.
      const direct = z * normalCdf(z) + Math.exp(normalLogDensity(z));
      expect(Math.abs(normalCdfIntegral(z) / direct - 1)).toBeLessThan(1e-13 * (1 + z * z));
    }
    const leading = Math.exp(normalLogDensity(30)) / 900;
    expect(Math.abs(normalCdfIntegral(-30) / (leading * asymptotic(30, true)) - 1)).toBeLessThan(1e-12);
    for (const z of [0.1, 1, 3, 10]) {
      expect(normalCdfIntegral(z) - normalCdfIntegral(-z)).toBeCloseTo(z, 14);
    }
  });
});
