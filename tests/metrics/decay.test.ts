/** @file Rates of decay: exact for exponentials, and honest about what is none. */

import { describe, expect, it } from "vitest";
import { exponentialDecay } from "../../src/metrics/decay.ts";

describe("exponentialDecay", () => {
  it("finds the rate of an exponential to round-off", () => {
    const decay = exponentialDecay([0, 0.3, 1, 4].map((t) => [t, 2.5 * Math.exp(-1.7 * t)]));
    expect(decay.rate).toBeCloseTo(1.7, 12);
    expect(decay.determination).toBeCloseTo(1, 12);
    expect(decay.at(2)).toBeCloseTo(2.5 * Math.exp(-3.4), 12);
  });

  it("tells an exponential from a power by the determination", () => {
    const power = exponentialDecay([1, 2, 4, 8, 16, 32].map((t) => [t, 1 / t]));
    expect(power.determination).toBeLessThan(0.9);
    expect(() =>
      exponentialDecay([
        [0, 1],
        [1, 0],
        [2, 1],
      ]),
    ).toThrow("positive"); // a fit of logarithms
  });
});
