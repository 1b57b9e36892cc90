/** @file The φ⁴ field on a ring: its modes, its normaliser, and its moments by Monte Carlo against quadrature. */

import { describe, expect, it } from "vitest";
import { identity, matmul, matvec, maxDifference, transpose } from "../../../src/linalg/matrix.ts";
import { hamiltonianMonteCarlo } from "../../../src/measures/hamiltonianMonteCarlo.ts";
import { effectiveSampleSize, splitRhat } from "../../../src/metrics/chains.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { logNormaliser, phi4Ring, twoPointFunction } from "../../../src/systems/polchinski/phi4.ts";

describe.each([1, 2, 5, 8, 16])("a ring of %i sites", (sites) => {
  const mass2 = 0.7;
  const field = phi4Ring({ sites, mass2, coupling: 1, quadratic: -1 });

  it("has orthonormal modes in which −Δ + m² is diagonal", () => {
    const { modes, eigenvalues } = field;
    expect(maxDifference(matmul(transpose(modes), modes), identity(sites))).toBeLessThan(1e-12);
    for (let k = 0; k < sites; k++) {
      const mode = modes.map((row) => row[k]);
      mode.forEach((value, x) => {
        const [left, right] = [mode[(x + sites - 1) % sites], mode[(x + 1) % sites]];
        expect(2 * value - left - right + mass2 * value).toBeCloseTo(eigenvalues[k] * value, 10);
      });
    }
  });

  it("has the potential of its sites, and the derivatives of its values", () => {
    const a = Float64Array.from({ length: sites }, (_, k) => Math.sin(1 + 2 * k));
    const expected = matvec(field.modes, a).reduce((sum, x) => sum + 0.25 * x ** 4 - 0.5 * x * x, 0);
    expect(field.potential.value(a)).toBeCloseTo(expected, 12);
    const h = 1e-5;
    const score = field.target.score(a);
    const curvature = field.potential.hessian(a);
    for (let k = 0; k < sites; k++) {
      const [below, above] = [-h, h].map((by) => a.map((x, j) => x + (j === k ? by : 0)));
      const slope = (field.target.logDensity(above)[0] - field.target.logDensity(below)[0]) / (2 * h);
      expect(slope).toBeCloseTo(score[k], 6);
      const bend = (field.potential.gradient(above)[0] - field.potential.gradient(below)[0]) / (2 * h);
      expect(bend).toBeCloseTo(curvature[0][k], 6);
    }
  });
});

describe.each([1, 2] as const)("σ_0 on %i sites", (sites) => {
  const field = phi4Ring({ sites, mass2: 1, coupling: 1, quadratic: -2 });
  const h = 0.05;
  const axis = Float64Array.from({ length: 201 }, (_, i) => (i - 100) * h);
  const grid =
    sites === 1
      ? Array.from(axis, (x) => [x])
      : Array.from(axis, (x) => Array.from(axis, (y) => [x, y])).flat();
  const logs = field.target.logDensity(Float64Array.from(grid.flat()));
  const total = logs.reduce((sum, value) => sum + Math.exp(value), 0);
  const mean = (f: (x: readonly number[]) => number) =>
    grid.reduce((sum, x, i) => sum + Math.exp(logs[i]) * f(x), 0) / total;

  it("has the normaliser of a grid", () => {
    expect(logNormaliser(field, 64)).toBeCloseTo(Math.log(total * h ** sites), 5);
  });

  it("is what Monte Carlo samples", () => {
    const chains = 64;
    const { positions, acceptance } = hamiltonianMonteCarlo(field.target, {
      scales: field.eigenvalues.map((value) => value ** -0.5),
      step: 0.4,
      leaps: 6,
      chains,
      warmUp: 60,
      draws: 250,
      thin: 2,
      key: keyFrom(1),
    });
    expect(acceptance).toBeGreaterThan(0.8);
    for (let k = 0; k < sites; k++) {
      for (const power of [2, 4]) {
        const values = positions.filter((_, i) => i % sites === k).map((x) => x ** power);
        const worth = effectiveSampleSize(values, chains);
        expect(splitRhat(values, chains)).toBeLessThan(1.01);
        expect(worth).toBeGreaterThan(3000);
        const exact = mean((x) => x[k] ** power);
        const deviation = Math.sqrt(mean((x) => x[k] ** (2 * power)) - exact ** 2);
        const own = values.reduce((sum, x) => sum + x, 0) / values.length;
        expect(Math.abs(own - exact)).toBeLessThan((4 * deviation) / Math.sqrt(worth));
      }
    }
  });
});

it("has the two-point function of the free field where the field is free", () => {
  const field = phi4Ring({ sites: 8, mass2: 0.5, coupling: 1, quadratic: 0 });
  const second = field.eigenvalues.map((value, i) =>
    field.eigenvalues.map((_, j) => (i === j ? 1 / value : 0)),
  );
  // (−Δ + m²) G = δ on the ring.
  const half = twoPointFunction(field, second);
  const at = (r: number) => half[Math.min((r + 8) % 8, 8 - ((r + 8) % 8))];
  for (let r = 0; r < 8; r++) expect(2.5 * at(r) - at(r - 1) - at(r + 1)).toBeCloseTo(r === 0 ? 1 : 0, 10);
});
