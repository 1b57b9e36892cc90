/** @file Gibbs measures on the line: the steady states of Fokker–Planck equations. */

import { check } from "../check/check.ts";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import { uniforms } from "../random/draw.ts";
import type { LineMeasure } from "./measure.ts";

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
  const [low, high] = interval;
  check(low < high, () => `gibbs: interval must be [low, high] with low < high, got [${interval}]`);
  const cells = 20_000;
  const h = (high - low) / cells;
  const x = Float64Array.from({ length: cells + 1 }, (_, i) => low + i * h);
  const floor = x.reduce((least, xi) => Math.min(least, potential.value(xi)), Number.POSITIVE_INFINITY);
  const weight = x.map((xi) => Math.exp((floor - potential.value(xi)) / diffusion));
  const cumulative = new Float64Array(cells + 1);
  for (let i = 1; i <= cells; i++) cumulative[i] = cumulative[i - 1] + 0.5 * h * (weight[i - 1] + weight[i]);
  const total = cumulative[cells];
  const logPartition = Math.log(total) - floor / diffusion;
  const cdf = (point: number) => {
    const position = Math.min(cells, Math.max(0, (point - low) / h));
    const i = Math.min(cells - 1, Math.floor(position));
    return (cumulative[i] + (position - i) * (cumulative[i + 1] - cumulative[i])) / total;
  };
  const quantile = (u: number) => {
    check(u > 0 && u < 1, () => `gibbs: quantile must be asked for between 0 and 1, got ${u}`);
    let [left, right] = [0, cells];
    while (right - left > 1) {
      const middle = (left + right) >> 1;
      if (cumulative[middle] < u * total) left = middle;
      else right = middle;
    }
    return x[left] + (h * (u * total - cumulative[left])) / (cumulative[right] - cumulative[left]);
  };
  return {
    dimension: 1,
    sample: (key, count) => uniforms(key, count).map(quantile),
    logDensity: (points) => points.map((point) => -potential.value(point) / diffusion - logPartition),
    score: (points) => points.map((point) => -potential.gradient(point) / diffusion),
    cdf,
    survival: (point) => 1 - cdf(point),
    quantile,
    upperQuantile: (v) => quantile(1 - v),
  };
}
