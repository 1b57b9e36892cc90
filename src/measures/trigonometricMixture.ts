/** @file Densities of angles: exponentials of trigonometric polynomials, and mixtures of them. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import type { LineMeasure } from "./measure.ts";
import { tabulatedLine } from "./tabulatedLine.ts";
import { checkCount, checkWeights, unitSum } from "./weights.ts";

/** `∝ exp(Σ_n κ_n cos n(θ − μ_n))`, `n = 1, 2, …`: a law of von Mises where there is one harmonic. */
export interface TrigonometricComponent {
  /** `κ_1, κ_2, …`: how much the logarithm of the density rises and falls by each harmonic. */
  readonly concentrations: Vector;
  /** `μ_1, μ_2, …`, in radians. */
  readonly centres: Vector;
}

export interface TrigonometricMixture extends LineMeasure {
  /** Sum 1. */
  readonly weights: Vector;
  readonly components: readonly TrigonometricComponent[];
}

/** Angles of the rule by which components are normalised: its error falls faster than any power where densities are smooth. */
const nodes = 2048;

/**
 * `q(θ) = Σ_j w_j exp(Σ_n κ_{jn} cos n(θ − μ_{jn}))/Z_j` on the circle `[0, 2π)`. Log-density and score are exact at any angle, in whichever
 * turn; distribution function and quantiles are those of {@link tabulatedLine}.
 *
 * @param options.weights not negative, sum 1.
 * @see Mardia & Jupp (2000), Directional Statistics, section 3.5.4 (von Mises) and 3.5.5.
 */
export function trigonometricMixture(options: {
  readonly weights: Vector;
  readonly components: readonly TrigonometricComponent[];
}): TrigonometricMixture {
  const { components } = options;
  checkWeights("trigonometricMixture", options.weights);
  checkCount("trigonometricMixture: components", components.length, options.weights.length);
  for (const { concentrations, centres } of components) {
    checkCount("trigonometricMixture: centres", centres.length, concentrations.length);
    check(
      [...concentrations, ...centres].every(Number.isFinite),
      () => "trigonometricMixture: concentrations and centres must be finite",
    );
  }
  const weights = Array.from(unitSum(options.weights));
  const offsets = components.map((component, j) => Math.log(weights[j]) - logPartition(component));
  const logs = (theta: number) => components.map((component, j) => exponent(component, theta) + offsets[j]);
  const logDensity = (theta: number) => {
    const values = logs(theta);
    const top = Math.max(...values);
    return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  };
  const score = (theta: number) => {
    const values = logs(theta);
    const top = Math.max(...values);
    const shares = values.map((value) => Math.exp(value - top));
    const slope = components.reduce(
      (sum, component, j) => sum + shares[j] * exponentSlope(component, theta),
      0,
    );
    return slope / shares.reduce((sum, share) => sum + share, 0);
  };
  return {
    ...tabulatedLine({ logDensity, score, interval: [0, 2 * Math.PI] }),
    // The normaliser of the table is that of its cells: this one is that of the density.
    logDensity: (angles) => angles.map(logDensity),
    weights,
    components,
  };
}

function exponent({ concentrations, centres }: TrigonometricComponent, theta: number): number {
  let sum = 0;
  for (let n = 1; n <= centres.length; n++)
    sum += concentrations[n - 1] * Math.cos(n * (theta - centres[n - 1]));
  return sum;
}

function exponentSlope({ concentrations, centres }: TrigonometricComponent, theta: number): number {
  let sum = 0;
  for (let n = 1; n <= centres.length; n++)
    sum -= n * concentrations[n - 1] * Math.sin(n * (theta - centres[n - 1]));
  return sum;
}

function logPartition(component: TrigonometricComponent): number {
  const values = Float64Array.from({ length: nodes }, (_, i) =>
    exponent(component, (2 * Math.PI * i) / nodes),
  );
  const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return top + Math.log((2 * Math.PI * sum) / nodes);
}
