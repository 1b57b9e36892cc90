/** @file Finite volumes for aggregation and diffusion: exact solutions, orders, mass, positivity, and the energy's fall. */

import { describe, expect, it } from "vitest";
import type { GridAxis } from "../../../src/domains/grid.ts";
import { freeEnergy } from "../../../src/energies/freeEnergy.ts";
import { entropy } from "../../../src/energies/internalEnergy.ts";
import { powerInteraction } from "../../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { observedOrder } from "../../../src/metrics/statistics.ts";
import { aggregationDiffusionVolumes } from "../../../src/systems/aggregationDiffusion/finiteVolumes.ts";
import { kellerSegel } from "../../../src/systems/kellerSegel/flow.ts";
import { barenblattSystem } from "../../../src/systems/porousMedium/barenblatt.ts";
import { porousMedium } from "../../../src/systems/porousMedium/flow.ts";

const square = (half: number, cells: number): GridAxis[] => [
  { low: -half, high: half, cells },
  { low: -half, high: half, cells },
];

function absoluteDistance(a: Float64Array, b: Float64Array, volume: number): number {
  return volume * a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0);
}

function secondMoment(
  density: Float64Array,
  { centers, cellVolume }: { centers: Float64Array; cellVolume: number },
) {
  const d = centers.length / density.length;
  return density.reduce((sum, value, i) => {
    let squared = 0;
    for (let k = 0; k < d; k++) squared += centers[i * d + k] ** 2;
    return sum + cellVolume * value * squared;
  }, 0);
}

describe("the porous medium equation", () => {
  it.each([
    [1, 2],
    [1, 3],
    [2, 2],
  ])("spreads a Barenblatt profile, d = %i, m = %i", (dimension, exponent) => {
    const exact = barenblattSystem({ dimension, exponent, coefficient: 1, confinement: 0 });
    const start = exact.scaleOfAge(0.2);
    const widths = dimension === 1 ? [50, 100, 200] : [24, 48];
    const errors = widths.map((cells) => {
      const box = square(2, cells).slice(0, dimension);
      const { energy } = porousMedium({ dimension, exponent, tau: 1 });
      const volumes = aggregationDiffusionVolumes({ energy, box });
      const initial = volumes.project(exact.measure(start));
      const [{ density }] = volumes.evolve(initial, { times: [0.3] }).frames;
      const expected = volumes.project(exact.measure(exact.flow(start, 0.3)));
      return absoluteDistance(density, expected, volumes.cellVolume);
    });
    expect(errors.at(-1)).toBeLessThan(dimension === 1 ? 0.004 : 0.03);
    // The free boundary is no place for second order.
    expect(
      observedOrder(
        widths.map((cells) => 1 / cells),
        errors,
      ),
    ).toBeGreaterThan(1);
  });

  it("keeps the mass, makes nothing negative, and lets the energy fall", () => {
    const { energy } = porousMedium({ dimension: 2, exponent: 2, tau: 1 });
    const volumes = aggregationDiffusionVolumes({ energy, box: square(3, 32) });
    const bumps = gaussianMixture({
      weights: [0.4, 0.6],
      means: [
        [-1, 0],
        [0.8, 0.5],
      ],
      deviations: [0.3, 0.4],
    });
    const times = [0.01, 0.02, 0.05, 0.1, 0.2];
    const { frames } = volumes.evolve(volumes.project(bumps), { times });
    const energies = frames.map((frame) => frame.freeEnergy);
    for (const { density } of frames) {
      expect(volumes.cellVolume * density.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(density.every((value) => value >= 0)).toBe(true);
    }
    expect(energies).toEqual([...energies].sort((a, b) => b - a));
    expect(energies[0] - energies[4]).toBeGreaterThan(0.05);
  });
});

describe("diffusion in a potential", () => {
  it("is of second order for a Gaussian", () => {
    const energy = freeEnergy({
      internal: entropy(1),
      potential: quadraticPotential({ matrix: [[1]] }),
    });
    const widths = [40, 80, 160];
    const errors = widths.map((cells) => {
      const volumes = aggregationDiffusionVolumes({ energy, box: [{ low: -6, high: 6, cells }] });
      const law = (variance: number) => volumes.project(gaussian({ mean: [0], covariance: [[variance]] }));
      const [{ density }] = volumes.evolve(law(0.4), { times: [0.5] }).frames;
      return absoluteDistance(density, law(1 + (0.4 - 1) * Math.exp(-1)), volumes.cellVolume);
    });
    expect(
      observedOrder(
        widths.map((cells) => 1 / cells),
        errors,
      ),
    ).toBeGreaterThan(1.8);
    expect(errors[2]).toBeLessThan(1e-3);
  });

  it("comes to rest at the Gibbs measure", () => {
    const energy = freeEnergy({ internal: entropy(1), potential: quadraticPotential({ matrix: [[1]] }) });
    const volumes = aggregationDiffusionVolumes({ energy, box: [{ low: -6, high: 6, cells: 40 }] });
    const initial = volumes.project(gaussian({ mean: [0.3], covariance: [[0.5]] }));
    const [{ density }] = volumes.evolve(initial, { times: [12] }).frames;
    const gibbs = volumes.centers.map((x) => Math.exp(-0.5 * x * x));
    const mass = volumes.cellVolume * gibbs.reduce((sum, value) => sum + value, 0);
    const distance = absoluteDistance(
      density,
      gibbs.map((value) => value / mass),
      volumes.cellVolume,
    );
    expect(distance).toBeLessThan(1e-4);
  });
});

describe("interactions", () => {
  it("attraction by the square of the distance shrinks the second moment as e^{-2t}", () => {
    const energy = freeEnergy({ interaction: powerInteraction({ terms: [{ coefficient: 1, power: 2 }] }) });
    const volumes = aggregationDiffusionVolumes({ energy, box: square(2.5, 40) });
    const initial = volumes.project(
      gaussian({
        mean: [0, 0],
        covariance: [
          [0.4, 0.1],
          [0.1, 0.3],
        ],
      }),
    );
    const [{ density }] = volumes.evolve(initial, { times: [0.3] }).frames;
    const ratio = secondMoment(density, volumes) / secondMoment(initial, volumes);
    expect(Math.abs(ratio / Math.exp(-0.6) - 1)).toBeLessThan(0.01);
  });

  it.each([4, 12])("of Keller and Segel let the second moment grow at the rate 4 − χ/2π, χ = %i", (chi) => {
    const { energy } = kellerSegel({ sensitivity: chi, tau: 1 });
    const sizes = [26, 38];
    const errors = sizes.map((cells) => {
      const volumes = aggregationDiffusionVolumes({ energy, box: square(4.5, cells) });
      const initial = volumes.project(
        gaussian({
          mean: [0, 0],
          covariance: [
            [0.8, 0],
            [0, 0.5],
          ],
        }),
      );
      const [{ density }] = volumes.evolve(initial, { times: [0.1] }).frames;
      const rate = (secondMoment(density, volumes) - secondMoment(initial, volumes)) / 0.1;
      return Math.abs(rate - (4 - chi / (2 * Math.PI)));
    });
    expect(errors[1]).toBeLessThan(0.1);
    expect(
      observedOrder(
        sizes.map((cells) => 1 / cells),
        errors,
      ),
    ).toBeGreaterThan(1.7);
  });
});

describe("the velocity at the centres", () => {
  it("is −∇V where there is a potential alone", () => {
    const energy = freeEnergy({
      potential: quadraticPotential({
        matrix: [
          [2, 0],
          [0, 1],
        ],
      }),
    });
    const volumes = aggregationDiffusionVolumes({ energy, box: square(1, 8) });
    const velocity = volumes.velocity(new Float64Array(64).fill(0.25));
    const middle = 3 * 8 + 4;
    expect(velocity[2 * middle]).toBeCloseTo(-2 * volumes.centers[2 * middle], 12);
    expect(velocity[2 * middle + 1]).toBeCloseTo(-volumes.centers[2 * middle + 1], 12);
  });
});
