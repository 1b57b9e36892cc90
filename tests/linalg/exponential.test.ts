/** @file The matrix exponential against closed forms, symmetric matrices and its own group law. */

import { describe, expect, it } from "vitest";
import { expSymmetric } from "../../src/linalg/eigen.ts";
import { matrixExponential } from "../../src/linalg/exponential.ts";
import { identity, matmul, maxDifference, scale } from "../../src/linalg/matrix.ts";

const skew = [
  [0.2, 1.3, -0.4],
  [-2, 0.1, 0.7],
  [0.5, 0, -3],
];

describe("matrixExponential", () => {
  it("is a rotation for a skew matrix, exact for a nilpotent one and the identity at zero", () => {
    const angle = 40;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const turned = matrixExponential([
      [0, -angle],
      [angle, 0],
    ]);
    expect(
      maxDifference(turned, [
        [c, -s],
        [s, c],
      ]),
    ).toBeLessThan(1e-12);
    expect(
      maxDifference(
        matrixExponential([
          [0, 5],
          [0, 0],
        ]),
        [
          [1, 5],
          [0, 1],
        ],
      ),
    ).toBeLessThan(1e-15);
    expect(matrixExponential(scale(identity(2), 0))).toEqual(identity(2));
  });

  it("agrees with the eigenvalues of a symmetric matrix", () => {
    const symmetric = [
      [-3, 1],
      [1, 0.5],
    ];
    expect(maxDifference(matrixExponential(symmetric), expSymmetric(symmetric))).toBeLessThan(1e-14);
  });

  it("adds times: e^{2A} is the square of e^A, and e^{−A} its inverse", () => {
    const once = matrixExponential(skew);
    expect(maxDifference(matrixExponential(scale(skew, 2)), matmul(once, once))).toBeLessThan(1e-12);
    expect(maxDifference(matmul(once, matrixExponential(scale(skew, -1))), identity(3))).toBeLessThan(1e-12);
  });
});
