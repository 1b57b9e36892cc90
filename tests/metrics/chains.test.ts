/** @file Diagnostics of Markov chains on chains whose correlations are known. */

import { describe, expect, it } from "vitest";
import { effectiveSampleSize, splitRhat } from "../../src/metrics/chains.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const [chains, draws] = [16, 1000];
const half = (chains / 2) * draws;

/** `x_{i+1} = ρ x_i + √(1 − ρ²) ξ` from the stationary law: autocorrelations `ρ^t`. */
function autoregressive(rho: number): Float64Array {
  const values = normals(keyFrom(1), chains * draws);
  for (let i = 0; i < values.length; i++)
    if (i % draws !== 0) values[i] = rho * values[i - 1] + Math.sqrt(1 - rho * rho) * values[i];
  return values;
}

describe.each([0, 0.5, 0.9])("chains with autocorrelations %f^t", (rho) => {
  const values = autoregressive(rho);

  it("are worth (1 − ρ)/(1 + ρ) of their draws", () => {
    const expected = (chains * draws * (1 - rho)) / (1 + rho);
    expect(Math.abs(effectiveSampleSize(values, chains) / expected - 1)).toBeLessThan(0.15);
  });

  it("have met", () => {
    expect(splitRhat(values, chains)).toBeLessThan(1.02);
  });
});

it("chains of alternating sign are worth more than their draws", () => {
  expect(effectiveSampleSize(autoregressive(-0.5), chains)).toBeGreaterThan(2 * chains * draws);
});

it("tells chains that stay apart, and a chain that drifts", () => {
  const apart = autoregressive(0).map((x, i) => x + (i < half ? 1 : 0));
  expect(splitRhat(apart, chains)).toBeGreaterThan(1.1);
  expect(effectiveSampleSize(apart, chains)).toBeLessThan(0.01 * chains * draws);
  const drifting = autoregressive(0).map((x, i) => x + (3 * (i % draws)) / draws);
  expect(splitRhat(drifting, chains)).toBeGreaterThan(1.1);
});

it("rejects chains too short to be cut in two", () => {
  expect(() => splitRhat(new Float64Array(6), 2)).toThrow("at least 4 draws, got 6 values");
});
