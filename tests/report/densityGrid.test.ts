/** @file Kernel density estimates against the densities that the particles came from. */
import { describe, expect, it } from "vitest";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { densityCurve, densityGrid, extentOf } from "../../src/report/densityGrid.ts";

const extent = { x: [-5, 5], y: [-5, 5] } as const;
const gaussian = (x: number, mean: number, std: number) =>
  Math.exp(-0.5 * ((x - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));

describe("densityGrid", () => {
  it("integrates to the mass inside the window", () => {
    const grid = densityGrid(normals(keyFrom(1), 4000), { extent, columns: 64 });
    const cell = (10 / 64) ** 2;
    const total = Array.from(grid.values).reduce((sum, value) => sum + value * cell, 0);
    expect(total).toBeCloseTo(1, 3);
  });

  it("puts the density where the particles are: row 0 is the lowest y", () => {
    const grid = densityGrid(Float64Array.of(3, -4, 3, -4), { extent, columns: 10, bandwidth: 0.3 });
    const peak = Array.from(grid.values).indexOf(Math.max(...Array.from(grid.values)));
    expect([peak % 10, Math.floor(peak / 10)]).toSatisfy(
      ([i, j]) => (i === 7 || i === 8) && (j === 0 || j === 1),
    );
  });

  it("comes near the density of a mixture whose modes are far narrower than the whole", () => {
    const z = normals(keyFrom(2), 16_000);
    const positions = z.map((value, i) => (i % 2 === 0 ? (i % 4 === 0 ? -3 : 3) : 0) + 0.4 * value);
    const grid = densityGrid(positions, { extent, columns: 64 });
    const truth = (i: number, j: number) => {
      const [x, y] = [-5 + (10 * (i + 0.5)) / 64, -5 + (10 * (j + 0.5)) / 64];
      return 0.5 * (gaussian(x, -3, 0.4) + gaussian(x, 3, 0.4)) * gaussian(y, 0, 0.4);
    };
    let distance = 0;
    for (let j = 0; j < 64; j++) {
      for (let i = 0; i < 64; i++)
        distance += Math.abs(grid.values[j * 64 + i] - truth(i, j)) * (10 / 64) ** 2;
    }
    expect(distance).toBeLessThan(0.14); // Scott's own bandwidth gives 0.7 here.
  });

  it("has the variance of the cloud plus that of a given kernel", () => {
    const positions = normals(keyFrom(3), 4000);
    const grid = densityGrid(positions, { extent: { x: [-8, 8], y: [-8, 8] }, columns: 128, bandwidth: 1.5 });
    const centre = (k: number) => -8 + (16 * (k + 0.5)) / 128;
    let second = 0;
    for (let k = 0; k < 128 * 128; k++) second += grid.values[k] * centre(k % 128) ** 2 * (16 / 128) ** 2;
    let own = 0;
    for (let k = 0; k < 2000; k++) own += positions[2 * k] ** 2 / 2000;
    expect(second).toBeCloseTo(own + 1.5 ** 2, 1);
  });

  it("refuses an odd number of coordinates", () => {
    expect(() => densityGrid(Float64Array.of(1, 2, 3), { extent })).toThrow("positions must be [count, 2]");
  });
});

describe("densityCurve", () => {
  it("comes near the normal density and integrates to one", () => {
    const curve = densityCurve(normals(keyFrom(4), 20_000), { extent: [-5, 5], count: 201 });
    expect(curve.reduce((sum, [, value]) => sum + value * 0.05, 0)).toBeCloseTo(1, 3);
    for (const [x, value] of curve) expect(Math.abs(value - gaussian(x, 0, 1))).toBeLessThan(0.02);
  });

  it("draws a single particle without failing", () => {
    expect(densityCurve([0], { extent: [-1, 1] }).every(([, value]) => Number.isFinite(value))).toBe(true);
  });
});

describe("extentOf", () => {
  it("holds the clouds with a margin, and gives both axes one span unless told otherwise", () => {
    const cloud = Float64Array.of(0, 0, 10, 2);
    expect(extentOf([cloud], 2, { equal: false })).toEqual({ x: [-0.6, 10.6], y: [-0.12, 2.12] });
    const equal = extentOf([cloud], 2);
    expect(equal.y[1] - equal.y[0]).toBeCloseTo(equal.x[1] - equal.x[0], 12);
    expect((equal.y[1] + equal.y[0]) / 2).toBeCloseTo(1, 12);
  });

  it("leaves room around a cloud that is one point", () => {
    const { x } = extentOf([Float64Array.of(3, 3, 3)], 1);
    expect(x[0]).toBeLessThan(3);
    expect(x[1]).toBeGreaterThan(3);
  });
});
