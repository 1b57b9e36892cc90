/** @file Affine maps of R^d, which carry Gaussians to Gaussians. */

import { logDet } from "../linalg/lu.ts";
import { type Matrix, matmul, matvec, symmetrize, transpose, type Vector } from "../linalg/matrix.ts";
import type { GaussianParameters } from "./gaussian.ts";
import { rotate } from "./rotatedProduct.ts";

/** `T(x) = offset + matrix x`. */
export interface AffineMap {
  readonly matrix: Matrix;
  readonly offset: Vector;
}

/** The map with this matrix that sends the point `from` to the point `to`. */
export function affineMapBetween(matrix: Matrix, from: Vector, to: Vector): AffineMap {
  const image = matvec(matrix, from);
  return { matrix, offset: to.map((value, a) => value - image[a]) };
}

/** `T(x)` for every row of a row-major array. */
export function applyAffine(map: AffineMap, points: Float64Array): Float64Array {
  const d = map.offset.length;
  return rotate(points, map.matrix).map((value, i) => value + map.offset[i % d]);
}

/** `second ∘ first`. */
export function composeAffine(second: AffineMap, first: AffineMap): AffineMap {
  const image = matvec(second.matrix, first.offset);
  return {
    matrix: matmul(second.matrix, first.matrix),
    offset: second.offset.map((value, a) => value + image[a]),
  };
}

/** Mean and covariance of the image of a Gaussian (of any measure, in fact). */
export function pushGaussian(map: AffineMap, { mean, covariance }: GaussianParameters): GaussianParameters {
  return {
    mean: matvec(map.matrix, mean).map((value, a) => value + map.offset[a]),
    covariance: symmetrize(matmul(matmul(map.matrix, covariance), transpose(map.matrix))),
  };
}

/** `log|det ∇T|`. */
export function affineLogDet(map: AffineMap): number {
  return logDet(map.matrix).logAbs;
}
