/** @file Products of measures on the line, rotated in space. */

import { check } from "../check/check.ts";
import { checkSquare, identity, type Matrix, matmul, maxDifference, transpose } from "../linalg/matrix.ts";
import { permutation, uniforms } from "../random/draw.ts";
import { foldIn, type Key, split } from "../random/key.ts";
import type { LineMeasure, Measure } from "./measure.ts";
import { pointCount } from "./mixtureKernel.ts";

export interface RotatedProduct extends Measure {
  readonly factors: readonly LineMeasure[];
  readonly rotation: Matrix;
}

/**
 * The law of `R z` with independent `z_a ~ factors[a]` and an orthogonal matrix `R`: coupled coordinates, not Gaussian, and
 * still with exact references wherever the energy separates along the columns of `R`.
 */
export function rotatedProduct(options: {
  readonly factors: readonly LineMeasure[];
  readonly rotation: Matrix;
}): RotatedProduct {
  const { factors, rotation } = options;
  const dimension = factors.length;
  checkOrthogonal(rotation, dimension);
  factors.forEach((factor, a) => {
    check(
      factor.dimension === 1,
      () => `rotatedProduct: factors must have dimension 1, got ${factor.dimension} at index ${a}`,
    );
  });
  const inverse = transpose(rotation);
  return {
    dimension,
    factors,
    rotation,
    sample: (key, count) => {
      const keys = split(key, dimension);
      return rotate(interleaved(factors.map((factor, a) => factor.sample(keys[a], count))), rotation);
    },
    logDensity: (points) => {
      const axes = columns(rotate(points, inverse), dimension);
      const total = new Float64Array(pointCount("logDensity", points, dimension));
      factors.forEach((factor, a) => {
        factor.logDensity(axes[a]).forEach((value, i) => {
          total[i] += value;
        });
      });
      return total;
    },
    score: (points) => {
      const axes = columns(rotate(points, inverse), dimension);
      return rotate(interleaved(factors.map((factor, a) => factor.score(axes[a]))), rotation);
    },
  };
}

/**
 * A Latin hypercube sample of a product: along every axis one particle in each of `count` slices of equal mass, paired at
 * random. Means of sums of functions of single coordinates, such as the energies of separable flows, then lose nearly all of
 * their sampling noise.
 */
export function latinHypercube(product: RotatedProduct, key: Key, count: number): Float64Array {
  const axes = product.factors.map((factor, a) => {
    const own = foldIn(key, a);
    const order = permutation(foldIn(own, "order"), count);
    return uniforms(foldIn(own, "slice"), count).map((u, i) => factor.quantile((order[i] + u) / count));
  });
  return rotate(interleaved(axes), product.rotation);
}

/** `R x` for every row `x` of a row-major array. */
export function rotate(points: Float64Array, rotation: Matrix): Float64Array {
  const d = rotation.length;
  const count = pointCount("rotate", points, d);
  const result = new Float64Array(points.length);
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < d; a++) {
      const row = rotation[a];
      let sum = 0;
      for (let b = 0; b < d; b++) sum += row[b] * points[i * d + b];
      result[i * d + a] = sum;
    }
  }
  return result;
}

/** The coordinates of row-major points, one array a coordinate. */
export function columns(points: Float64Array, dimension: number): Float64Array[] {
  const count = points.length / dimension;
  return Array.from({ length: dimension }, (_, a) =>
    Float64Array.from({ length: count }, (_, i) => points[i * dimension + a]),
  );
}

/** Row-major points from one array a coordinate. */
export function interleaved(coordinates: readonly Float64Array[]): Float64Array {
  const d = coordinates.length;
  return Float64Array.from(
    { length: d * coordinates[0].length },
    (_, i) => coordinates[i % d][Math.floor(i / d)],
  );
}

function checkOrthogonal(rotation: Matrix, dimension: number): void {
  checkSquare("rotatedProduct: rotation", rotation);
  check(
    dimension > 0 && rotation.length === dimension,
    () => `rotatedProduct: rotation must be ${dimension}x${dimension}, got ${rotation.length} rows`,
  );
  const defect = maxDifference(matmul(rotation, transpose(rotation)), identity(dimension));
  check(
    defect < 1e-9,
    () => `rotatedProduct: rotation must be orthogonal, got R Rᵀ off the identity by ${defect}`,
  );
}
