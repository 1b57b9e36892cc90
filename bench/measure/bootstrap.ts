/** @file Intervals of statistics over a few seeds, by the bootstrap. */

import { integers } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

/** A statistic with the range that holds the central 95 % of its bootstrap distribution. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/** The mean over seeds. With a handful of them its interval is somewhat too narrow, as percentiles of few values are. */
export function meanOver(values: readonly number[]): Estimate {
  return bootstrapped(values.length, (picks) => mean(values, picks));
}

/** The ratio of two means over the same seeds, drawn in pairs: what a seed does to both does not widen the interval. */
export function ratioOver(over: readonly number[], under: readonly number[]): Estimate {
  return bootstrapped(over.length, (picks) => mean(over, picks) / mean(under, picks));
}

function bootstrapped(count: number, statistic: (picks: Int32Array) => number): Estimate {
  const picks = integers(keyFrom(0), count, count * resamples);
  const values = Float64Array.from({ length: resamples }, (_, i) =>
    statistic(picks.subarray(i * count, (i + 1) * count)),
  ).sort();
  const at = (share: number) => values[Math.round(share * (resamples - 1))];
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return { value: statistic(all), low: at(0.025), high: at(0.975) };
}

function mean(values: readonly number[], picks: Int32Array): number {
  return picks.reduce((sum, pick) => sum + values[pick], 0) / picks.length;
}
