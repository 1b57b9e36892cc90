/** @file Roots of increasing functions, with slopes that mislead Newton's iteration. */

import { describe, expect, it } from "vitest";
import { increasingRoot } from "../../src/linalg/root.ts";

describe("increasingRoot", () => {
  it("finds roots to round-off, at the ends of the interval too", () => {
    expect(increasingRoot((x) => [x * x - 2, 2 * x], [0, 2])).toBeCloseTo(Math.SQRT2, 15);
    expect(increasingRoot((x) => [x, 1], [0, 5])).toBe(0);
    expect(increasingRoot((x) => [x - 5, 1], [0, 5])).toBe(5);
    expect(increasingRoot((x) => [x - 3, 1], [3, 3])).toBe(3);
  });

  it("survives slopes that are zero, infinite or far too small", () => {
    expect(increasingRoot((x) => [(x - 1) ** 3, 3 * (x - 1) ** 2], [0, 3])).toBeCloseTo(1, 10);
    expect(increasingRoot((x) => [Math.cbrt(x - 1), 0], [0, 3])).toBeCloseTo(1, 14);
    expect(increasingRoot((x) => [Math.atan(x - 1), 1 / (1 + (x - 1) ** 2)], [-1e6, 1e9])).toBeCloseTo(1, 14);
    expect(increasingRoot((x) => [1 - x ** -60, 60 * x ** -61], [1e-3, 10])).toBeCloseTo(1, 14);
  });

  it("refuses an interval without a finite length", () => {
    expect(() => increasingRoot((x) => [x, 1], [0, Infinity])).toThrow("interval must be finite");
  });
});
