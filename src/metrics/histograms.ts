/** @file Distances between samples and densities, by counting in cells. */

import { check } from "../check/check.ts";
import type { LineMeasure } from "../measures/measure.ts";

/** Equal bins of an interval; the outer two reach to infinity. */
export interface Bins {
  readonly interval: readonly [low: number, high: number];
  readonly count: number;
}

/**
 * The total variation `½ Σ_k |n_k/N − P_k|` between a sample on the line and a measure, over bins: at most that of the distributions
 * themselves, and with `floor`, what independent samples of the measure itself show on average, `½ Σ_k √(2P_k(1−P_k)/πN)`.
 */
export function totalVariation(
  samples: ArrayLike<number>,
  measure: LineMeasure,
  bins: Bins,
): { readonly distance: number; readonly floor: number } {
  const masses = binMasses(measure, bins);
  const counts = new Float64Array(bins.count);
  for (let i = 0; i < samples.length; i++) counts[binOf(samples[i], bins)]++;
  let distance = 0;
  let floor = 0;
  for (let k = 0; k < bins.count; k++) {
    distance += 0.5 * Math.abs(counts[k] / samples.length - masses[k]);
    floor += 0.5 * Math.sqrt((2 * masses[k] * (1 - masses[k])) / (Math.PI * samples.length));
  }
  return { distance, floor };
}

/**
 * `KL(ρ|σ)` of a sample of `ρ` in the plane and a product `σ` of two measures on the line, over rectangular cells:
 * `Σ p̂_k log(p̂_k/q_k) − (K − 1)/2N`, less the bias of `K` occupied cells. Cells that are not small lose some of it.
 *
 * @param points row-major `[N, 2]`.
 * @see Miller (1955), Note on the bias of information estimates.
 */
export function histogramDivergence(
  points: ArrayLike<number>,
  factors: readonly [LineMeasure, LineMeasure],
  bins: readonly [Bins, Bins],
): number {
  const [masses, others] = factors.map((factor, a) => binMasses(factor, bins[a]));
  const columns = bins[1].count;
  const counts = new Float64Array(bins[0].count * columns);
  const n = points.length / 2;
  for (let i = 0; i < n; i++)
    counts[binOf(points[2 * i], bins[0]) * columns + binOf(points[2 * i + 1], bins[1])]++;
  let divergence = 0;
  let occupied = 0;
  counts.forEach((count, k) => {
    if (count === 0) return;
    occupied++;
    divergence += (count / n) * Math.log(count / n / (masses[Math.floor(k / columns)] * others[k % columns]));
  });
  return divergence - (occupied - 1) / (2 * n);
}

function binMasses(measure: LineMeasure, { interval, count }: Bins): Float64Array {
  const [low, high] = interval;
  check(
    low < high && count >= 2,
    () => `bins: an interval and two bins or more, got [${interval}] and ${count}`,
  );
  const edge = (k: number) => low + ((high - low) * k) / count;
  return Float64Array.from({ length: count }, (_, k) => {
    if (k === 0) return measure.cdf(edge(1));
    if (k === count - 1) return measure.survival(edge(k));
    return measure.cdf(edge(k + 1)) - measure.cdf(edge(k));
  });
}

function binOf(x: number, { interval, count }: Bins): number {
  const k = Math.floor(((x - interval[0]) / (interval[1] - interval[0])) * count);
  return Math.min(count - 1, Math.max(0, k));
}
