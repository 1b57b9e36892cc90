/** @file How fast a quantity decays, from its values in time. */

import { check } from "../check/check.ts";

/** `y ≈ e^{a − rt}` by least squares on `log y`. */
export interface Decay {
  /** `r`, in units of 1/time. */
  readonly rate: number;
  /** `R²`: the share of the variance of `log y` that the line explains. */
  readonly determination: number;
  /** The fitted value at a time. */
  readonly at: (time: number) => number;
}

/** The exponential decay through positive values, three or more. */
export function exponentialDecay(points: readonly (readonly [time: number, value: number])[]): Decay {
  check(points.length >= 3, () => `exponentialDecay: three points or more, got ${points.length}`);
  const bad = points.find(([t, y]) => !(y > 0 && Number.isFinite(t) && y < Infinity));
  check(bad === undefined, () => `exponentialDecay: values must be positive, got ${bad}`);
  const mean = (pick: (p: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [t0, l0] = [mean(([t]) => t), mean(([, y]) => Math.log(y))];
  const [tt, tl, ll] = [
    mean(([t]) => (t - t0) ** 2),
    mean(([t, y]) => (t - t0) * (Math.log(y) - l0)),
    mean(([, y]) => (Math.log(y) - l0) ** 2),
  ];
  const rate = -tl / tt;
  return {
    rate,
    determination: ll === 0 ? 1 : tl ** 2 / (tt * ll),
    at: (time) => Math.exp(l0 - rate * (time - t0)),
  };
}
