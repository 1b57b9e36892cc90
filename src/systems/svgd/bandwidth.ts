/** @file How wide a kernel should be for a cloud. */

import { check } from "../../check/check.ts";
import type { Cloud } from "../../measures/cloud.ts";

/** More particles than this say no more about the median of their distances. */
const mostSampled = 1000;

/** A bandwidth that follows the cloud. */
export type BandwidthRule = (cloud: Cloud) => number;

/**
 * The median rule `h² = med²/(2 log(n + 1))` with `med` the median distance of two particles, so that `Σ_j k(x_i − x_j) ≈ 1` for a Gaussian kernel. Of
 * more than a thousand particles as many, evenly spaced in their order, are looked at.
 *
 * @see Liu & Wang (2016), section 5, arXiv:1608.04471.
 */
export function medianBandwidth({ dimension: d, count, positions }: Cloud): number {
  const sampled = Math.min(count, mostSampled);
  check(sampled > 1, () => `medianBandwidth: there must be two particles or more, got ${count}`);
  const rows = Array.from({ length: sampled }, (_, i) => Math.floor((i * count) / sampled));
  const squares = new Float64Array((sampled * (sampled - 1)) / 2);
  let at = 0;
  for (let i = 0; i < sampled; i++) {
    for (let j = 0; j < i; j++, at++) {
      for (let k = 0; k < d; k++)
        squares[at] += (positions[rows[i] * d + k] - positions[rows[j] * d + k]) ** 2;
    }
  }
  squares.sort();
  const median = squares[Math.floor(squares.length / 2)];
  check(median > 0, () => "medianBandwidth: particles must differ");
  return Math.sqrt(median / (2 * Math.log(count + 1)));
}
