/** @file Ticks and numbers as text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearTicks, logTicks, numberText, tickText } from "../../src/report/axes.ts";

describe("linearTicks", () => {
  it("gives at least two round values, all inside", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const ticks = linearTicks([low, low + span], 5);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(13);
          const slack = 1e-6 * span + 1e-9 * Math.abs(low);
          for (const tick of ticks)
            expect(tick).toSatisfy((t: number) => t >= low - slack && t <= low + span + slack);
        },
      ),
    );
  });

  it("knows the usual cases", () => {
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([-4.2, 4.2], 4)).toEqual([-4, -2, 0, 2, 4]);
  });
});

describe("logTicks", () => {
  it("gives powers of ten over decades and multiples within one", () => {
    expect(logTicks([0.004, 300])).toEqual([0.01, 0.1, 1, 10, 100]);
    expect(logTicks([1.1, 4.4])).toEqual([1.5, 2, 3, 4]);
    expect(logTicks([1e-9, 1e9], 6).length).toBeLessThanOrEqual(7);
  });
});

describe("numbers as text", () => {
  it.each([
    [0, "0"],
    [0.0062, "0.00620"],
    [12.84, "12.8"],
    [174, "174"],
    [-0.5, "−0.500"],
    [12345.6, "12\u2009346"],
    [2e7, "2 × 10⁷"],
    [1.23e-7, "1.23 × 10⁻⁷"],
    [Number.NaN, "not a number"],
    [Number.POSITIVE_INFINITY, "∞"],
  ])("writes %d as %s", (value, text) => expect(numberText(value)).toBe(text));

  it.each([
    [0.25, "0.25"],
    [-2, "−2"],
    [0.1 + 0.2, "0.3"],
    [1e-5, "10⁻⁵"],
    [5e6, "5 × 10⁶"],
  ])("writes the tick %d as %s", (value, text) => expect(tickText(value)).toBe(text));

  it("writes the ticks of one axis in one way", () => {
    const written = (ticks: number[]) => ticks.map((tick) => tickText(tick, ticks));
    expect(written([0, 0.0005, 0.001])).toEqual(["0", "0.0005", "0.001"]);
    expect(written([0, 5e-5, 1e-4])).toEqual(["0", "5 × 10⁻⁵", "10⁻⁴"]);
    expect(written([0, 50_000, 100_000])).toEqual(["0", "5 × 10⁴", "10⁵"]);
  });
});
