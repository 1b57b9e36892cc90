/** @file Two beams through each other: the initial densities of the two-stream instability. */

import { identity } from "../../linalg/matrix.ts";
import { cosineCircle } from "../../measures/cosineCircle.ts";
import { gaussian } from "../../measures/gaussian.ts";
import { gaussianMixture } from "../../measures/mixture.ts";
import { type RotatedProduct, rotatedProduct } from "../../measures/rotatedProduct.ts";

export interface TwoStreamOptions {
  /** `L`, of the circle. */
  readonly length: number;
  /** `α` and `m` of the wave `1 + α cos(2πmx/L)`. */
  readonly amplitude: number;
  readonly mode: number;
  /** `v₀`, of either beam. */
  readonly speed: number;
  /** `σ`, of the velocities within a beam. */
  readonly deviation: number;
  /** Deviations of further velocities; none leaves one velocity. */
  readonly transverse: readonly number[];
}

/**
 * `f(x, v) = (1 + α cos kx)/L · ½[N(v₀, σ²) + N(−v₀, σ²)](v₁) · Π_a N(0, σ_a²)(v_a)`, of mass 1.
 */
export function twoStream(options: TwoStreamOptions): RotatedProduct {
  const { speed, deviation, transverse } = options;
  const factors = [
    cosineCircle(options),
    gaussianMixture({ weights: [0.5, 0.5], means: [[speed], [-speed]], deviations: [deviation, deviation] }),
    ...transverse.map((s) => gaussian({ mean: [0], covariance: [[s * s]] })),
  ];
  return rotatedProduct({ factors, rotation: identity(factors.length) });
}
