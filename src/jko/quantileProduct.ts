/** @file Exact JKO chains of rotated products in any dimension, axis by axis. */

import { check } from "../check/check.ts";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import { transpose } from "../linalg/matrix.ts";
import { columns, interleaved, type RotatedProduct, rotate } from "../measures/rotatedProduct.ts";
import { type ImageOfPoints, quantileChain } from "./quantileChain.ts";

export interface RotatedProductChain {
  readonly tau: number;
  readonly steps: number;
  /** `E` after `0, 1, …, steps` steps. */
  readonly energies: Float64Array;
  /** `W₂²` between consecutive states. */
  readonly squaredDistances: Float64Array;
  /** Root mean square of the Richardson correction of the positions, entry `k` after `k` steps. */
  readonly corrections: Float64Array;
  /** The image of points (row-major) under the map of the first `step` steps, and the log-density there. */
  readonly at: (points: Float64Array, step: number) => ImageOfPoints;
}

/**
 * The JKO steps of `D∫ρ log ρ + ∫Vρ` with `V(x) = Σ_a V_a((Rᵀx)_a)` from a rotated product of measures on the line. Entropy and W₂²
 * are bounded below by those of the marginals along orthogonal axes, so the step of a product is the product of the
 * steps of its factors: an exact reference in any dimension whose densities are neither Gaussian nor separable in `x`.
 */
export function rotatedProductChain(options: {
  readonly measure: RotatedProduct;
  /** `V_a`, along the columns of the rotation. */
  readonly potentialPerAxis: readonly ScalarFunction[];
  readonly diffusion: number;
  readonly tau: number;
  readonly steps: number;
  readonly intervals?: number;
}): RotatedProductChain {
  const { measure, potentialPerAxis, diffusion, tau, steps, intervals } = options;
  const { dimension, factors, rotation } = measure;
  check(
    potentialPerAxis.length === dimension,
    () =>
      `rotatedProductChain: potentialPerAxis must have ${dimension} entries, got ${potentialPerAxis.length}`,
  );
  const chains = factors.map((factor, a) =>
    quantileChain({
      measure: factor,
      energy: { diffusion, potential: potentialPerAxis[a] },
      tau,
      steps,
      ...(intervals === undefined ? {} : { intervals }),
    }),
  );
  const sumOver = (pick: (chain: (typeof chains)[number]) => Float64Array) =>
    pick(chains[0]).map((_, k) => chains.reduce((sum, chain) => sum + pick(chain)[k], 0));
  const inverse = transpose(rotation);
  return {
    tau,
    steps,
    energies: sumOver((chain) => chain.energies),
    squaredDistances: sumOver((chain) => chain.squaredDistances),
    corrections: sumOver((chain) => chain.corrections.map((c) => c * c)).map(Math.sqrt),
    at: (points, step) => {
      const axes = columns(rotate(points, inverse), dimension);
      const images = chains.map((chain, a) => chain.at(axes[a], step));
      return {
        positions: rotate(interleaved(images.map((image) => image.positions)), rotation),
        logDensity: images[0].logDensity.map((_, i) =>
          images.reduce((sum, image) => sum + image.logDensity[i], 0),
        ),
      };
    },
  };
}
