/** @file Matrices of many rows: eigenvalues and Cholesky factors against those of small ones and against known ones. */

import { describe, expect, it } from "vitest";
import { choleskyInPlace, solveLower, solveLowerTransposed } from "../../src/linalg/cholesky.ts";
import { symmetricEigen } from "../../src/linalg/eigen.ts";
import { symmetricEigenvalues } from "../../src/linalg/eigenvalues.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

function symmetricOf(n: number): Float64Array {
  const a = normals(keyFrom(n), n * n);
  return a.map((value, k) => value + a[(k % n) * n + Math.floor(k / n)]);
}

describe("symmetricEigenvalues", () => {
  it.each([1, 2, 3, 17])("are those of Jacobi's rotations, %i rows", (n) => {
    const flat = symmetricOf(n);
    const rows = Array.from({ length: n }, (_, i) => Array.from(flat.subarray(i * n, (i + 1) * n)));
    const { values } = symmetricEigen(rows);
    symmetricEigenvalues(flat, n).forEach((value, k) => {
      expect(value).toBeCloseTo(values[k], 11);
    });
  });

  it("are those of a string of masses, 2 − 2cos(kπ/(n + 1))", () => {
    const n = 200;
    const flat = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      flat[i * n + i] = 2;
      if (i > 0) flat[i * n + i - 1] = flat[(i - 1) * n + i] = -1;
    }
    symmetricEigenvalues(flat, n).forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 12);
    });
  });

  it("of a diagonal and of a singular matrix", () => {
    expect([...symmetricEigenvalues(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3)]).toEqual([1, 2, 3]);
    const ones = symmetricEigenvalues(new Float64Array(25).fill(1), 5);
    expect(ones[4]).toBeCloseTo(5, 13);
    expect(Math.abs(ones[3])).toBeLessThan(1e-14);
  });

  it("refuses what is not finite or has the wrong size", () => {
    expect(() => symmetricEigenvalues(Float64Array.of(1, 2), 2)).toThrow("has 4 entries, got 2");
    expect(() => symmetricEigenvalues(Float64Array.of(Number.NaN), 1)).toThrow("finite");
  });
});

describe("choleskyInPlace", () => {
  it("solves with its factor and the transpose", () => {
    const n = 12;
    const root = normals(keyFrom(3), n * n);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) a[i * n + j] += root[i * n + k] * root[j * n + k];
    const b = normals(keyFrom(4), n);
    const factor = a.slice();
    choleskyInPlace(factor, n);
    const x = solveLowerTransposed(factor, solveLower(factor, b));
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j];
      expect(sum).toBeCloseTo(b[i], 7);
    }
  });

  it("refuses an indefinite matrix", () => {
    expect(() => choleskyInPlace(Float64Array.of(1, 2, 2, 1), 2)).toThrow("got pivot -3 at index 1");
  });
});
