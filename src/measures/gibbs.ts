/** @file Gibbs measures on the line: the steady states of Fokker–Planck equations. */

import type { ScalarFunction } from "../domains/potentialFunction.ts";
import type { LineMeasure } from "./measure.ts";
import { tabulatedLine } from "./tabulatedLine.ts";

/**
 * `ρ(x) = e^{−V(x)/D}/Z` on the line. The normalisation comes from the trapezoidal rule on a fine grid, which
 * converges faster than any power for such densities; samples are quantiles interpolated on it, and the
 * log-density that they carry is exact wherever they lie.
 *
 * @param options.interval where the density is not negligible.
 */
export function gibbs(options: {
  readonly potential: ScalarFunction;
  readonly diffusion: number;
  readonly interval: readonly [low: number, high: number];
}): LineMeasure {
  const { potential, diffusion, interval } = options;
  return tabulatedLine({
    logDensity: (x) => -potential.value(x) / diffusion,
    score: (x) => -potential.gradient(x) / diffusion,
    interval,
  });
}
