/** @file The gamma function against factorials and its functional equations. */

import { describe, expect, it } from "vitest";
import { logGamma } from "../../src/measures/logGamma.ts";

/** Error in units that are relative above 1 and absolute below. */
function error(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(1, Math.abs(expected));
}

describe("logGamma", () => {
  it("is the logarithm of factorials, and of √π (2n − 1)!! / 2ⁿ in between", () => {
    let factorial = 1;
    let half = Math.sqrt(Math.PI);
    for (let n = 1; n <= 30; n++) {
      expect(error(logGamma(n), Math.log(factorial))).toBeLessThan(1e-14);
      expect(error(logGamma(n - 0.5), Math.log(half))).toBeLessThan(1e-14);
      factorial *= n;
      half *= n - 0.5;
    }
  });

  it("obeys the reflection formula and the duplication formula", () => {
    for (const x of [1e-300, 1e-8, 0.1, 0.3, 0.77]) {
      const product = Math.log(Math.PI / Math.sin(Math.PI * x));
      expect(error(logGamma(x) + logGamma(1 - x), product)).toBeLessThan(1e-14);
    }
    for (const x of [0.2, 4.7, 5.3, 9.99, 10.01, 80, 1e5]) {
      const double = (2 * x - 1) * Math.LN2 - 0.5 * Math.log(Math.PI) + logGamma(x) + logGamma(x + 0.5);
      expect(error(logGamma(2 * x), double)).toBeLessThan(1e-14);
    }
  });

  it("refuses what is not positive", () => {
    expect(() => logGamma(0)).toThrow("logGamma: x must be positive and finite, got 0");
  });
});
