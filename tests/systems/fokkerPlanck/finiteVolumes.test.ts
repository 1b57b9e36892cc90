/** @file Finite volumes against exact mixtures, Gibbs measures and their own conservation laws. */

import { describe, expect, it } from "vitest";
import type { PotentialFunction } from "../../../src/domains/potentialFunction.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { observedOrder } from "../../../src/metrics/statistics.ts";
import { type FiniteVolumes, finiteVolumes } from "../../../src/systems/fokkerPlanck/finiteVolumes.ts";
import { ornsteinUhlenbeck } from "../../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";

const line = ornsteinUhlenbeck({ stiffness: [[1.2]], center: [0.3], diffusion: 0.5 });
const bumps = gaussianMixture({ weights: [0.5, 0.5], means: [[-2], [1.5]], deviations: [0.4, 0.3] });
const doubleWell: PotentialFunction = {
  value: (x) => (x[0] ** 2 - 1) ** 2 / 4,
  gradient: (x) => [x[0] * (x[0] ** 2 - 1)],
  hessian: (x) => [[3 * x[0] ** 2 - 1]],
};

function distance(fv: FiniteVolumes, a: Float64Array, b: Float64Array): number {
  return fv.cellVolume * a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0);
}

describe("on the line", () => {
  const grid = (cells: number) =>
    finiteVolumes({ potential: line.potential, diffusion: 0.5, box: [{ low: -6, high: 6, cells }] });

  it("converges with order 2 in space and time together to the exact mixture", () => {
    const counts = [200, 400, 800, 1600];
    const errors = counts.map((cells) => {
      const fv = grid(cells);
      const { frames } = fv.evolve(fv.project(bumps), { times: [1], maxTimeStep: 8 / cells });
      return distance(fv, frames[0].density, fv.project(line.flowMixture(bumps, 1)));
    });
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 2,
      ),
    ).toBeLessThan(0.05);
    expect(errors[3]).toBeLessThan(2e-5); // 1.5e-5 measured
  });

  it("keeps mass to round-off, stays non-negative and dissipates F = D·KL + constant", () => {
    const fv = grid(400);
    const times = Array.from({ length: 40 }, (_, k) => 0.1 * (k + 1));
    const { frames, replacedLines } = fv.evolve(fv.project(bumps), { times, maxTimeStep: 0.01 });
    expect(replacedLines).toBe(0);
    const offset = frames[0].freeEnergy - 0.5 * frames[0].relativeEntropy;
    frames.forEach((frame, k) => {
      expect(Math.abs(frame.density.reduce((sum, v) => sum + v * fv.cellVolume, 0) - 1)).toBeLessThan(1e-12);
      expect(frame.density.every((v) => v >= 0)).toBe(true);
      expect(frame.freeEnergy - 0.5 * frame.relativeEntropy).toBeCloseTo(offset, 12);
      if (k > 0) expect(frame.freeEnergy).toBeLessThan(frames[k - 1].freeEnergy);
    });
  });

  it("stays non-negative from a single cell with a time step a thousand times the diffusive one, and says so", () => {
    const fv = grid(400);
    const spike = new Float64Array(400);
    spike[100] = 1 / fv.cellVolume;
    const { frames, replacedLines } = fv.evolve(spike, { times: [1], maxTimeStep: 0.5 });
    expect(replacedLines).toBeGreaterThan(0);
    expect(frames[0].density.every((v) => v >= 0)).toBe(true);
    expect(frames[0].density.reduce((sum, v) => sum + v * fv.cellVolume, 0)).toBeCloseTo(1, 12);
  });
});

describe("double well", () => {
  const diffusion = 0.2;
  const grid = (cells: number) =>
    finiteVolumes({ potential: doubleWell, diffusion, box: [{ low: -3, high: 3, cells }] });

  it("leaves its Gibbs density unchanged, which agrees with quadrature", () => {
    const fv = grid(300);
    const { frames } = fv.evolve(fv.stationary, { times: [5], maxTimeStep: 0.05 });
    expect(distance(fv, frames[0].density, fv.stationary)).toBeLessThan(1e-12);
    let z = 0;
    for (let i = -40_000; i <= 40_000; i++) z += 1e-4 * Math.exp(-doubleWell.value([i * 1e-4]) / diffusion);
    const middle = Math.exp(-doubleWell.value([fv.centers[200]]) / diffusion) / z;
    expect(fv.stationary[200]).toBeCloseTo(middle, 8); // midpoint sums of a smooth decaying density: exponentially accurate
  });

  it("reaches it from one well, slowly, and Richardson extrapolation leaves an error of order 4", () => {
    const start = gaussian({ mean: [-1], covariance: [[0.04]] });
    const energyAt = (cells: number) => {
      const fv = grid(cells);
      return fv.evolve(fv.project(start), { times: [2], maxTimeStep: 1 / cells }).frames[0].freeEnergy;
    };
    const [a, b, c, d] = [100, 200, 400, 800].map(energyAt);
    expect((b - a) / (c - b)).toBeGreaterThan(3.8);
    expect((b - a) / (c - b)).toBeLessThan(4.2);
    const [x, y, z] = [(4 * b - a) / 3, (4 * c - b) / 3, (4 * d - c) / 3];
    expect(Math.abs(z - y)).toBeLessThan(Math.abs(y - x) / 12);
    const fv = grid(200);
    const { frames } = fv.evolve(fv.project(start), { times: [2, 200], maxTimeStep: 0.1 });
    expect(frames[0].relativeEntropy).toBeGreaterThan(0.1);
    expect(frames[1].relativeEntropy).toBeLessThan(1e-6);
  });
});

describe("in the plane", () => {
  const plane = ornsteinUhlenbeck({
    stiffness: [
      [2, 0.5],
      [0.5, 1],
    ],
    diffusion: 0.5,
  });
  const start = gaussianMixture({
    weights: [0.5, 0.5],
    means: [
      [-1, -1],
      [1, 0.5],
    ],
    covariances: [
      [
        [0.3, 0.1],
        [0.1, 0.2],
      ],
      [
        [0.2, 0],
        [0, 0.3],
      ],
    ],
  });
  const grid = (cells: number) =>
    finiteVolumes({
      potential: plane.potential,
      diffusion: 0.5,
      box: [
        { low: -5, high: 5, cells },
        { low: -4.5, high: 4.5, cells: cells + 6 },
      ],
    });

  it("converges with order 2 to the exact mixture, with coupled coordinates", () => {
    const counts = [50, 100, 200];
    const errors = counts.map((cells) => {
      const fv = grid(cells);
      const { frames } = fv.evolve(fv.project(start), { times: [0.5], maxTimeStep: 2.5 / cells });
      expect(Math.abs(frames[0].density.reduce((sum, v) => sum + v * fv.cellVolume, 0) - 1)).toBeLessThan(
        1e-12,
      );
      expect(frames[0].density.every((v) => v >= 0)).toBe(true);
      return distance(fv, frames[0].density, fv.project(plane.flowMixture(start, 0.5)));
    });
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 2,
      ),
    ).toBeLessThan(0.1);
  });

  it("leaves its Gibbs density unchanged, although the substeps do not commute", () => {
    const fv = grid(60);
    const { frames } = fv.evolve(fv.stationary, { times: [1], maxTimeStep: 0.05 });
    expect(distance(fv, frames[0].density, fv.stationary)).toBeLessThan(1e-11);
  });
});

describe("refusals", () => {
  it("name the argument", () => {
    const fv = finiteVolumes({ potential: doubleWell, diffusion: 1, box: [{ low: -3, high: 3, cells: 10 }] });
    expect(() => fv.evolve(new Float64Array(9), { times: [1], maxTimeStep: 1 })).toThrow(
      "must have 10 cells, got 9",
    );
    expect(() => fv.evolve(fv.stationary, { times: [2, 1], maxTimeStep: 1 })).toThrow("times must increase");
    expect(() => finiteVolumes({ potential: doubleWell, diffusion: 1, box: [] })).toThrow(
      "one or two axes, got 0",
    );
  });
});
