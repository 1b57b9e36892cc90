/** @file Mixtures of Gaussians. */

import { check } from "../check/check.ts";
import { cholesky, inverseLower } from "../linalg/cholesky.ts";
import { diagonal, type Matrix, type Vector } from "../linalg/matrix.ts";
import type { LineMeasure } from "./measure.ts";
import { type CompiledMixture, mixtureLogDensity, mixtureSample, mixtureScore } from "./mixtureKernel.ts";
import { mixtureCdf, mixtureQuantile, mixtureSurvival } from "./mixtureLine.ts";
import { checkCount, checkWeights, unitSum } from "./weights.ts";

export interface GaussianMixture extends LineMeasure {
  /** Sum 1. */
  readonly weights: Vector;
  /** One row a component. */
  readonly means: Matrix;
  /** One `d × d` matrix a component. */
  readonly covariances: readonly Matrix[];
}

export interface MixtureOptions {
  /** Not negative, sum 1. */
  readonly weights: Vector;
  /** One row of d numbers a component. */
  readonly means: Matrix;
}

/**
 * `Σ_k w_k N(m_k, Σ_k)`, with full `covariances`, or with one standard deviation a component in `deviations`
 * (`Σ_k = s_k² I`), which is evaluated several times faster.
 */
export function gaussianMixture(
  options: MixtureOptions & ({ readonly covariances: readonly Matrix[] } | { readonly deviations: Vector }),
): GaussianMixture {
  const { weights, means } = options;
  const dimension = checkMixture("gaussianMixture", weights, means);
  if ("deviations" in options) {
    const { deviations } = options;
    checkCount("gaussianMixture: deviations", deviations.length, weights.length);
    deviations.forEach((s, k) => {
      check(
        s > 0 && s < Infinity,
        () => `gaussianMixture: deviations must be positive, got ${s} at index ${k}`,
      );
    });
    const spreads = Float64Array.from(
      { length: dimension * weights.length },
      (_, i) => deviations[Math.floor(i / dimension)],
    );
    const compiled = diagonalMixture(weights, Float64Array.from(means.flat()), spreads);
    const covariances = deviations.map((s) => diagonal(new Array<number>(dimension).fill(s * s)));
    return { ...measureOf(compiled), weights: Array.from(compiled.weights), means, covariances };
  }
  const { covariances } = options;
  checkCount("gaussianMixture: covariances", covariances.length, weights.length);
  const compiled = fullMixture(weights, means, covariances);
  return { ...measureOf(compiled), weights: Array.from(compiled.weights), means, covariances };
}

/** The measure of a compiled mixture. */
export function measureOf(mixture: CompiledMixture): LineMeasure {
  return {
    dimension: mixture.dimension,
    sample: (key, count) => mixtureSample(mixture, key, count),
    logDensity: (points) => mixtureLogDensity(mixture, points),
    score: (points) => mixtureScore(mixture, points),
    cdf: (x) => mixtureCdf(mixture, x),
    survival: (x) => mixtureSurvival(mixture, x),
    quantile: (u) => mixtureQuantile(mixture, u, "left"),
    upperQuantile: (v) => mixtureQuantile(mixture, v, "right"),
  };
}

/** Compiles components with diagonal covariances; `means` and `deviations` are row-major `[K, d]`. */
export function diagonalMixture(
  weights: ArrayLike<number>,
  means: Float64Array,
  deviations: Float64Array,
): CompiledMixture {
  const dimension = means.length / weights.length;
  const normalised = unitSum(weights);
  const offsets = normalised.map((weight, k) => {
    let offset = Math.log(weight) - 0.5 * dimension * Math.log(2 * Math.PI);
    for (let a = 0; a < dimension; a++) offset -= Math.log(deviations[k * dimension + a]);
    return offset;
  });
  const inverseFactors = deviations.map((s) => 1 / s);
  return {
    dimension,
    weights: normalised,
    means,
    offsets,
    factors: deviations,
    inverseFactors,
    shape: "diagonal",
  };
}

function fullMixture(weights: Vector, means: Matrix, covariances: readonly Matrix[]): CompiledMixture {
  const dimension = means[0].length;
  const choleskys = covariances.map((covariance, k) => {
    checkCount(`gaussianMixture: covariance ${k}`, covariance.length, dimension);
    return cholesky(covariance, `gaussianMixture: covariance ${k}`);
  });
  const flatMeans = Float64Array.from(means.flat());
  if (covariances.every(isDiagonal)) {
    const spreads = choleskys.flatMap((factor) => factor.map((row, a) => row[a]));
    return diagonalMixture(weights, flatMeans, Float64Array.from(spreads));
  }
  const normalised = unitSum(weights);
  const offsets = normalised.map(
    (weight, k) =>
      Math.log(weight) -
      0.5 * dimension * Math.log(2 * Math.PI) -
      choleskys[k].reduce((sum, row, a) => sum + Math.log(row[a]), 0),
  );
  const inverses = choleskys.map(inverseLower);
  return {
    dimension,
    weights: normalised,
    means: flatMeans,
    offsets,
    factors: Float64Array.from(choleskys.flat(2)),
    inverseFactors: Float64Array.from(inverses.flat(2)),
    shape: "full",
  };
}

function isDiagonal(matrix: Matrix): boolean {
  return matrix.every((row, i) => row.every((value, j) => i === j || value === 0));
}

function checkMixture(where: string, weights: Vector, means: Matrix): number {
  checkWeights(where, weights);
  checkCount(`${where}: means`, means.length, weights.length);
  const dimension = means[0].length;
  check(dimension > 0, () => `${where}: means must have at least one coordinate, got none`);
  means.forEach((mean, k) => {
    check(
      mean.length === dimension && mean.every(Number.isFinite),
      () => `${where}: means must be rows of ${dimension} finite numbers, got [${mean}] at index ${k}`,
    );
  });
  return dimension;
}
