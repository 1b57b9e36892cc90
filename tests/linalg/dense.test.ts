/** @file Dense algebra satisfies the identities that define it, in every size that is used. */

import { describe, expect, it } from "vitest";
import { cholesky, inverseLower, logDetPositive } from "../../src/linalg/cholesky.ts";
import { expSymmetric, sqrtSymmetric, symmetricEigen } from "../../src/linalg/eigen.ts";
import { determinant, determinantInPlace, inverse, logDet, solve } from "../../src/linalg/lu.ts";
import {
  add,
  diagonal,
  identity,
  type Matrix,
  matmul,
  matvec,
  maxDifference,
  symmetrize,
  trace,
  transpose,
} from "../../src/linalg/matrix.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

function randomMatrix(d: number, label: number): number[][] {
  const z = normals(foldIn(keyFrom(4), label), d * d);
  return Array.from({ length: d }, (_, i) => Array.from(z.subarray(i * d, (i + 1) * d)));
}

function randomPositive(d: number, label: number): number[][] {
  const a = randomMatrix(d, label);
  return symmetrize(add(matmul(a, transpose(a)), identity(d), 0.1));
}

describe.each([1, 2, 3, 7, 16])("in dimension %i", (d) => {
  const a = randomMatrix(d, d);
  const spd = randomPositive(d, d + 100);
  const size = trace(spd);

  it("cholesky: L Lᵀ = A, L lower, and its inverse", () => {
    const l = cholesky(spd);
    expect(maxDifference(matmul(l, transpose(l)), spd)).toBeLessThan(1e-14 * size);
    expect(maxDifference(matmul(l, inverseLower(l)), identity(d))).toBeLessThan(1e-12);
    for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) expect(l[i][j]).toBe(0);
  });

  it("solve and inverse", () => {
    const x = Array.from({ length: d }, (_, i) => i - 1.5);
    const back = solve(spd, matvec(spd, x));
    back.forEach((value, i) => {
      expect(Math.abs(value - x[i])).toBeLessThan(1e-11);
    });
    expect(maxDifference(matmul(a, inverse(a)), identity(d))).toBeLessThan(1e-11);
  });

  it("determinants: multiplicative, equal by both routes", () => {
    const b = randomMatrix(d, d + 200);
    expect(determinant(matmul(a, b)) / (determinant(a) * determinant(b))).toBeCloseTo(1, 11);
    expect(determinantInPlace(Float64Array.from(a.flat()), a.length) / determinant(a)).toBeCloseTo(1, 11);
    expect(determinantInPlace(Float64Array.of(0, 1, 1, 0), 2)).toBe(-1);
    expect(determinantInPlace(Float64Array.of(1, 2, 2, 4), 2)).toBe(0);
    expect(logDetPositive(spd)).toBeCloseTo(logDet(spd).logAbs, 11);
    expect(logDet(spd).sign).toBe(1);
  });

  it("symmetricEigen: A V = V Λ, V orthonormal, values ascending", () => {
    const { values, vectors } = symmetricEigen(spd);
    expect(maxDifference(matmul(spd, vectors), matmul(vectors, diagonal(values)))).toBeLessThan(1e-13 * size);
    expect(maxDifference(matmul(transpose(vectors), vectors), identity(d))).toBeLessThan(1e-13);
    values.forEach((value, k) => {
      if (k > 0) expect(value).toBeGreaterThanOrEqual(values[k - 1]);
    });
  });

  it("sqrtSymmetric squares to A, expSymmetric is the flow of A", () => {
    const root = sqrtSymmetric(spd);
    expect(maxDifference(matmul(root, root), spd)).toBeLessThan(1e-13 * size);
    const part = expSymmetric(spd, 0.3 / size);
    const rest = expSymmetric(spd, 0.7 / size);
    expect(maxDifference(matmul(part, rest), expSymmetric(spd, 1 / size))).toBeLessThan(1e-13);
    // Central difference at 0: error of order (h‖A‖)²/6 with h‖A‖ ≤ 1e-4.
    const h = 1e-4 / size;
    const slope = add(expSymmetric(spd, h), expSymmetric(spd, -h), -1).map((row) =>
      row.map((v) => v / (2 * h)),
    );
    expect(maxDifference(slope, spd)).toBeLessThan(1e-7 * size);
  });
});

describe("special matrices", () => {
  it("eigenvalues of the second difference are 2 − 2cos(kπ/(n+1))", () => {
    const n = 12;
    const matrix = identity(n).map((row, i) =>
      row.map((_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    );
    symmetricEigen(matrix).values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
    });
  });

  it("graded matrices keep the relative accuracy of the small eigenvalue", () => {
    const { values } = symmetricEigen([
      [1e12, 1],
      [1, 1],
    ]);
    expect(values[0]).toBeCloseTo(1 - 1e-12, 14);
  });

  it("a pivot of zero needs an exchange of rows", () => {
    const swap: Matrix = [
      [0, 1],
      [1, 0],
    ];
    expect(solve(swap, [3, 4])).toEqual([4, 3]);
    expect(determinant(swap)).toBe(-1);
  });

  it("singular, indefinite and unsymmetric matrices are refused by name", () => {
    const singular = [
      [1, 2],
      [2, 4],
    ];
    expect(() => solve(singular, [1, 1])).toThrow(
      "solve: the matrix must be invertible, got a pivot of 0 at index 1",
    );
    expect(determinant(singular)).toBe(0);
    expect(() => cholesky(diagonal([1, -2]), "gaussian: covariance")).toThrow(
      "gaussian: covariance: the matrix must be positive definite, got pivot -2 at index 1",
    );
    expect(() => sqrtSymmetric(diagonal([1, -2]))).toThrow("positive semi-definite, got the eigenvalue -2");
    const skew = [
      [1, 2],
      [0, 1],
    ];
    expect(() => cholesky(skew)).toThrow("must be symmetric, got 0 at (1, 0) and 2 at (0, 1)");
    expect(() => trace([[1, 2]])).toThrow("trace: the matrix must be square, got 1x2");
  });
});
