/** @file Deposits and gathers on a circle: adjointness, charge, continuity, and the field of a charge. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldOnFaces, gaussDefect, gaussField } from "../../src/conservative/gauss.ts";
import {
  depositCharge,
  depositCurrent,
  gatherField,
  periodicCells,
} from "../../src/conservative/periodicCells.ts";
import { wrapped } from "../../src/domains/phaseSpace.ts";
import { observedOrder } from "../../src/metrics/statistics.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { largest, length, randomCloud, sum } from "./plasmas.ts";

const schemes = ["spectral", "differences"] as const;
const cells = periodicCells({ count: 16, length });
const cloud = randomCloud(keyFrom(1), 500);
const places = { positions: cloud.positions, stride: 2 };

describe("deposit and gather", () => {
  it("are adjoint: the work of a field on the charge is the same on the grid and on the particles", () => {
    const field = normals(keyFrom(2), cells.count);
    const density = depositCharge(cells, places, 3);
    const onGrid = cells.width * sum(density.map((rho, j) => rho * field[j]));
    const onParticles = (3 / cloud.count) * sum(gatherField(cells, places, field));
    expect(onGrid).toBeCloseTo(onParticles, 13);
  });

  it("keep the whole charge, wherever a particle lies", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const x = wrapped(share * length, length);
        const density = depositCharge(cells, { positions: Float64Array.of(x), stride: 1 }, 3);
        expect(cells.width * sum(density)).toBeCloseTo(3, 12);
        expect(Math.min(...density)).toBeGreaterThanOrEqual(0);
        expect(density.filter((rho) => rho > 0).length).toBeLessThanOrEqual(2);
      }),
      { seed: 1, examples: [[0], [1 - 1e-16], [1 / 32], [31 / 32]] },
    );
  });

  it("reproduce linear functions between two centres, and values at the centres", () => {
    const field = Float64Array.from({ length: cells.count }, (_, j) => 2 + 3 * (j + 0.5) * cells.width);
    const x = Float64Array.of(0.5 * cells.width, 2.75 * cells.width, 9.5 * cells.width);
    gatherField(cells, { positions: x, stride: 1 }, field).forEach((value, i) => {
      expect(value).toBeCloseTo(2 + 3 * x[i], 12);
    });
  });
});

describe("the current", () => {
  it("obeys the equation of continuity, over many cells and around the circle", () => {
    const displacements = normals(keyFrom(3), cloud.count).map((d) => 4 * d);
    const after = cloud.positions.slice();
    displacements.forEach((d, i) => {
      after[2 * i] = wrapped(after[2 * i] + d, length);
    });
    const crossed = depositCurrent(cells, places, { displacements, mass: 3 });
    const before = depositCharge(cells, places, 3);
    depositCharge(cells, { positions: after, stride: 2 }, 3).forEach((rho, j) => {
      const inflow = crossed[(j + cells.count - 1) % cells.count] - crossed[j];
      expect(cells.width * (rho - before[j]) - inflow).toBeCloseTo(0, 13);
    });
  });

  it("carries the momentum of the particles", () => {
    const displacements = normals(keyFrom(3), cloud.count);
    const crossed = depositCurrent(cells, places, { displacements, mass: 3 });
    expect(cells.width * sum(crossed)).toBeCloseTo((3 / cloud.count) * sum(displacements), 12);
  });
});

describe.each(schemes)("the law of Gauss, %s", (scheme) => {
  const field = gaussField(cells, scheme);

  it("gives particles no force on themselves and none in sum", () => {
    const density = depositCharge(cells, places, 3);
    expect(sum(gatherField(cells, places, field(density))) / cloud.count).toBeCloseTo(0, 13);
    for (const x of [0, 0.3, 5.1, length - 0.1]) {
      const alone = { positions: Float64Array.of(x), stride: 1 };
      const own = field(depositCharge(cells, alone, 3));
      expect(gatherField(cells, alone, own)[0]).toBeCloseTo(0, 13);
      expect(largest(own)).toBeGreaterThan(0.1);
    }
  });

  it("does not see a uniform background", () => {
    const density = depositCharge(cells, places, 3);
    const shifted = field(density.map((rho) => rho + 7));
    field(density).forEach((value, j) => {
      expect(shifted[j]).toBeCloseTo(value, 12);
    });
  });
});

describe("the two laws of Gauss", () => {
  const waveField = (count: number, scheme: "spectral" | "differences") => {
    const grid = periodicCells({ count, length });
    const k = (2 * Math.PI * 2) / length;
    const at = (j: number) => (j + 0.5) * grid.width;
    const density = Float64Array.from({ length: count }, (_, j) => 1 + 0.3 * Math.cos(k * at(j)));
    return largest(
      gaussField(grid, scheme)(density).map((value, j) => value - (0.3 / k) * Math.sin(k * at(j))),
    );
  };

  it("are exact for a wave, in Fourier space, and of order 2, by differences", () => {
    expect(waveField(16, "spectral")).toBeLessThan(1e-14);
    const counts = [16, 32, 64];
    const errors = counts.map((count) => waveField(count, "differences"));
    const order = observedOrder(
      counts.map((count) => 1 / count),
      errors,
    );
    expect(order).toBeGreaterThan(1.9);
    expect(order).toBeLessThan(2.1);
  });

  it("hold on the faces to rounding", () => {
    const density = depositCharge(cells, places, 3);
    expect(gaussDefect(cells, { faces: fieldOnFaces(cells, density), density })).toBeLessThan(1e-13);
    expect(gaussDefect(cells, { faces: new Float64Array(cells.count), density })).toBeGreaterThan(0.01);
  });
});
