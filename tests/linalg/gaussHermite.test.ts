/** @file Quadrature over a normal variable: exact on polynomials, and no further. */

import { expect, it } from "vitest";
import { gaussHermite } from "../../src/linalg/gaussHermite.ts";

it.each([1, 2, 5, 12])("with %i nodes integrates all powers below twice as many", (count) => {
  const { nodes, weights } = gaussHermite(count);
  const mean = (power: number) => nodes.reduce((sum, x, j) => sum + weights[j] * x ** power, 0);
  let moment = 1; // E ξ^{2k} = (2k − 1)!!
  for (let power = 0; power < 2 * count; power += 2) {
    expect(Math.abs(mean(power) / moment - 1)).toBeLessThan(1e-11);
    expect(Math.abs(mean(power + 1))).toBeLessThan(1e-9 * Math.max(1, moment * (power + 1)));
    moment *= power + 1;
  }
  expect(Math.abs(mean(2 * count) / moment - 1)).toBeGreaterThan(1e-6);
});

it("integrates a wave, E cos kξ = e^{−k²/2}", () => {
  const { nodes, weights } = gaussHermite(40);
  for (const k of [0.5, 2, 4]) {
    const mean = nodes.reduce((sum, x, j) => sum + weights[j] * Math.cos(k * x), 0);
    expect(mean).toBeCloseTo(Math.exp(-0.5 * k * k), 12);
  }
});

it("rejects no nodes", () => {
  expect(() => gaussHermite(0)).toThrow("count must be a positive integer, got 0");
});
