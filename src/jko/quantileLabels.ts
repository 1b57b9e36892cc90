/** @file The coordinate along which quantile solvers work: a reference measure on the line that labels the mass. */

import { check } from "../check/check.ts";
import type { LineMeasure } from "../measures/measure.ts";
import { type GaussianMixture, gaussianMixture } from "../measures/mixture.ts";
import { normalCdf, normalLogDensity } from "../measures/normal.ts";

export type Side = "left" | "right";

/**
 * A uniform grid of labels `y_0 < … < y_n` under a reference density `r`. A measure is the increasing function `X(y)` that
 * carries `r` to it, so that its density at `X(y)` is `r(y)/X'(y)`.
 *
 * Labels by the normal distribution make `X` *linear* for every Gaussian, and smooth with bounded slope for what has
 * Gaussian-like tails, where the usual uniform quantile levels have infinite slopes at both ends and first-order
 * errors; labels by the Barenblatt profile do the same for the free boundaries of the porous medium equation.
 */
export interface QuantileLabels {
  readonly name: string;
  readonly spacing: number;
  readonly coordinates: Float64Array;
  /** Trapezoidal masses `r(y_i) h`, normalised to sum 1. */
  readonly weights: Float64Array;
  /** `r` vanishes at both ends, which are then free boundaries; else both ends are cuts far out in the tails. */
  readonly compact: boolean;
  readonly logDensity: (y: number) => number;
  /** `(log r)'`. */
  readonly score: (y: number) => number;
  /** The mass of `r` on one side of `y`, with full relative accuracy however small it is. */
  readonly tail: (y: number, side: Side) => number;
}

/** Labels `y ~ N(0, 1)` on `[−reach, reach]`; beyond `reach` (9 unless given: mass 1e-19) every map is continued linearly. */
export function normalLabels(intervals: number, reach = 9): QuantileLabels {
  checkIntervals(intervals);
  return {
    ...grid(intervals, -reach, reach, normalLogDensity),
    name: "normal",
    compact: false,
    logDensity: normalLogDensity,
    score: (y) => -y,
    tail: (y, side) => normalCdf(side === "left" ? y : -y),
  };
}

/**
 * Labels under any reference measure, cut where a tail of mass 1e-19 is left. The best reference is a smoothed version of the
 * initial measure: then all measures of a chain are gentle maps of the labels, even from separate bumps.
 */
export function referenceLabels(intervals: number, reference: LineMeasure): QuantileLabels {
  checkIntervals(intervals);
  const low = reference.quantile(CUT);
  const high = reference.upperQuantile(CUT);
  const at = (f: (points: Float64Array) => Float64Array) => (y: number) => f(Float64Array.of(y))[0];
  const logDensity = at(reference.logDensity);
  return {
    ...grid(intervals, low, high, logDensity),
    name: "reference",
    compact: false,
    logDensity,
    score: at(reference.score),
    tail: (y, side) => (side === "left" ? reference.cdf(y) : reference.survival(y)),
  };
}

const CUT = 1e-19;

/** {@link referenceLabels} under the mixture with `variance` added to every component: one heat step of `2Dτ` serves well. */
export function smoothedLabels(
  intervals: number,
  mixture: GaussianMixture,
  variance: number,
): QuantileLabels {
  const { weights, means, covariances } = mixture;
  const widened = covariances.map((covariance) => [[covariance[0][0] + variance]]);
  return referenceLabels(intervals, gaussianMixture({ weights, means, covariances: widened }));
}

/** Labels with density `∝ (1 − y²)^{1/(m−1)}` on `[−1, 1]`, for which every Barenblatt profile of exponent `m` is linear. */
export function barenblattLabels(intervals: number, exponent: number): QuantileLabels {
  checkIntervals(intervals);
  check(exponent > 1, () => `barenblattLabels: exponent must be above 1, got ${exponent}`);
  const power = 1 / (exponent - 1);
  const cumulative = cumulativeProfile(power);
  const logMass = Math.log(cumulative.total);
  const logDensity = (y: number) => power * Math.log(Math.max(0, 1 - y * y)) - logMass;
  const left = (y: number) => cumulative.below(y) / cumulative.total;
  return {
    ...grid(intervals, -1, 1, logDensity),
    name: `barenblatt(${exponent})`,
    compact: true,
    logDensity,
    score: (y) => (-2 * power * y) / (1 - y * y),
    tail: (y, side) => left(side === "left" ? y : -y),
  };
}

function checkIntervals(intervals: number): void {
  check(
    Number.isInteger(intervals) && intervals >= 4,
    () => `quantile labels: intervals must be an integer of at least 4, got ${intervals}`,
  );
}

function grid(intervals: number, low: number, high: number, logDensity: (y: number) => number) {
  const spacing = (high - low) / intervals;
  const middle = (low + high) / 2;
  const coordinates = Float64Array.from(
    { length: intervals + 1 },
    (_, i) => middle + spacing * (i - intervals / 2),
  );
  const masses = coordinates.map((y) => Math.exp(logDensity(y)));
  masses[0] /= 2;
  masses[intervals] /= 2;
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return { spacing, coordinates, weights: masses.map((mass) => mass / total) };
}

/** `∫_{−1}^y (1 − s²)^p ds`, as `∫ cos^{2p+1} θ dθ` by Gauss–Legendre on 64 panels that are tabulated once. */
function cumulativeProfile(power: number): { total: number; below: (y: number) => number } {
  const panels = 64;
  const width = Math.PI / panels;
  const integrate = (from: number, to: number) => {
    let sum = 0;
    for (const [node, weight] of GAUSS) {
      const theta = from + (to - from) * node;
      sum += weight * Math.max(0, Math.cos(theta)) ** (2 * power + 1);
    }
    return (to - from) * sum;
  };
  const sums = [0];
  for (let k = 0; k < panels; k++) {
    sums.push(sums[k] + integrate(-Math.PI / 2 + k * width, -Math.PI / 2 + (k + 1) * width));
  }
  const below = (y: number) => {
    // acos keeps the small angle from the left end that asin would round away.
    const fromEnd =
      y < 0
        ? 2 * Math.asin(Math.sqrt(Math.max(0, (1 + y) / 2)))
        : Math.PI - 2 * Math.asin(Math.sqrt(Math.max(0, (1 - y) / 2)));
    const k = Math.min(panels - 1, Math.floor(fromEnd / width));
    return sums[k] + integrate(-Math.PI / 2 + k * width, -Math.PI / 2 + fromEnd);
  };
  return { total: sums[panels], below };
}

/** Gauss–Legendre nodes and weights of order 10 on [0, 1]. */
const GAUSS: readonly (readonly [number, number])[] = [
  [0.5384693101056831, 0.47862867049936647],
  [0.906179845938664, 0.23692688505618908],
]
  .flatMap(([x, w]) => [[0.5 - x / 2, w / 2] as const, [0.5 + x / 2, w / 2] as const])
  .concat([[0.5, 0.28444444444444444]]);
