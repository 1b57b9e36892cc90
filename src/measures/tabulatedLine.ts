/** @file Measures on the line that are known by their density alone. */

import { check } from "../check/check.ts";
import { uniforms } from "../random/draw.ts";
import type { LineMeasure } from "./measure.ts";

/**
 * A measure on the line from its density on an interval outside of which its mass is negligible. Distribution function and
 * quantiles are those of the density interpolated linearly on 20,000 cells; the log-density stays exact.
 *
 * @param options.logDensity `log ρ` up to a constant, which the trapezoidal rule on the cells provides.
 */
export function tabulatedLine(options: {
  readonly logDensity: (x: number) => number;
  /** `(log ρ)'`. */
  readonly score: (x: number) => number;
  readonly interval: readonly [low: number, high: number];
}): LineMeasure {
  const { interval, score } = options;
  const [low, high] = interval;
  check(low < high, () => `tabulatedLine: interval must be [low, high] with low < high, got [${interval}]`);
  const cells = 20_000;
  const h = (high - low) / cells;
  const x = Float64Array.from({ length: cells + 1 }, (_, i) => low + i * h);
  const logs = x.map(options.logDensity);
  const top = logs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const density = logs.map((value) => Math.exp(value - top));
  const cumulative = new Float64Array(cells + 1);
  for (let i = 1; i <= cells; i++)
    cumulative[i] = cumulative[i - 1] + 0.5 * h * (density[i - 1] + density[i]);
  const total = cumulative[cells];
  const logPartition = Math.log(total) + top;
  const cdf = (point: number) => {
    const position = Math.min(cells, Math.max(0, (point - low) / h));
    const i = Math.min(cells - 1, Math.floor(position));
    const t = position - i;
    return (cumulative[i] + h * t * (density[i] + 0.5 * t * (density[i + 1] - density[i]))) / total;
  };
  const quantile = (u: number) => {
    check(u >= 0 && u <= 1, () => `quantile: the probability must lie between 0 and 1, got ${u}`);
    let [left, right] = [0, cells];
    while (right - left > 1) {
      const middle = (left + right) >> 1;
      if (cumulative[middle] < u * total) left = middle;
      else right = middle;
    }
    const mass = Math.max(0, u * total - cumulative[left]) / h;
    const [from, to] = [density[left], density[right]];
    const root = from + Math.sqrt(Math.max(0, from * from + 2 * mass * (to - from)));
    return x[left] + (mass === 0 ? 0 : Math.min(h, (2 * h * mass) / root));
  };
  return {
    dimension: 1,
    sample: (key, count) => uniforms(key, count).map(quantile),
    logDensity: (points) => points.map((point) => options.logDensity(point) - logPartition),
    score: (points) => points.map(score),
    cdf,
    survival: (point) => 1 - cdf(point),
    quantile,
    upperQuantile: (v) => quantile(1 - v),
  };
}
