/** @file Kernel densities on grids: the mixture that they are, their mass, and the error that tells densities apart. */

import { describe, expect, it } from "vitest";
import { cellCenters, type GridAxis, gridPoints, volumeOfCell } from "../../src/domains/grid.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { kernelDensity } from "../../src/measures/kernelDensity.ts";
import { kernelDensityOnGrid, relativeGridError } from "../../src/metrics/kernelGrid.ts";
import { keyFrom } from "../../src/random/key.ts";

const axis = (cells: number, reach = 4): GridAxis => ({ low: -reach, high: reach + 0.5, cells });

describe.each([1, 2, 3])("a kernel density on a grid of %i dimensions", (d) => {
  const rho = gaussian({
    mean: new Array(d).fill(0.2),
    covariance: Array.from({ length: d }, (_, a) => Array.from({ length: d }, (_, b) => (a === b ? 1 : 0.3))),
  });
  const axes = [axis(40), axis(31, 5), axis(23)].slice(0, d);

  it("is the mixture of Gaussians at the cell centres, and keeps their mass", () => {
    const points = rho.sample(keyFrom(1), 300);
    const values = kernelDensityOnGrid(points, { axes, deviation: 0.4 });
    const exact = kernelDensity(points, d, { bandwidth: 0.4 }).logDensity(cellCenters(axes)).map(Math.exp);
    const height = (2 * Math.PI * 0.16) ** (-d / 2);
    values.forEach((value, i) => {
      expect(Math.abs(value - exact[i])).toBeLessThan(2e-8 * height);
    });
    const mass = volumeOfCell(axes) * values.reduce((sum, value) => sum + value, 0);
    expect(mass).toBeCloseTo(1, 2);
  });

  it("approaches the smoothed density as the particles become many", () => {
    const exact = gaussian({
      mean: rho.mean,
      covariance: rho.covariance.map((row, a) => row.map((value, b) => value + (a === b ? 0.16 : 0))),
    });
    const reference = exact.logDensity(cellCenters(axes)).map(Math.exp);
    const errors = [400, 6400].map((n) =>
      relativeGridError(kernelDensityOnGrid(rho.sample(keyFrom(2), n), { axes, deviation: 0.4 }), reference),
    );
    expect(errors[1]).toBeLessThan(0.1);
    // A quarter, as the root of the number of particles.
    expect(errors[0] / errors[1]).toBeGreaterThan(2);
    expect(relativeGridError(reference, reference)).toBe(0);
  });
});

describe("grids", () => {
  it("have their last axis fastest, and points cell by cell", () => {
    const axes = [
      { low: 0, high: 2, cells: 2 },
      { low: 10, high: 13, cells: 3 },
      { low: -2, high: 2, cells: 2 },
    ];
    const centres = cellCenters(axes);
    expect(Array.from(centres.subarray(0, 9))).toEqual([0.5, 10.5, -1, 0.5, 10.5, 1, 0.5, 11.5, -1]);
    expect(Array.from(centres.subarray(33))).toEqual([1.5, 12.5, 1]);
    const inside = gridPoints(axes.slice(0, 2), [0.25, 0.75]);
    expect(Array.from(inside.subarray(0, 10))).toEqual([
      0.25, 10.25, 0.25, 10.75, 0.75, 10.25, 0.75, 10.75, 0.25, 11.25,
    ]);
  });

  it("are refused where they do not fit", () => {
    expect(() => kernelDensityOnGrid([1, 2, 3], { axes: [axis(5), axis(5)], deviation: 1 })).toThrow(
      "rows of 2",
    );
    expect(() => kernelDensityOnGrid([1], { axes: [axis(5)], deviation: 0 })).toThrow("positive");
    expect(() => relativeGridError([1], [1, 2])).toThrow("as many cells");
  });
});
