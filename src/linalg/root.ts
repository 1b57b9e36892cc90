/** @file Roots of increasing functions of one variable. */

import { check } from "../check/check.ts";

/**
 * The root of an increasing function between `low` and `high`, to round-off: Newton's iteration, replaced by a bisection
 * wherever it leaves the interval that is known to hold the root or fails to halve its step.
 *
 * @param valueAndSlope `[f(x), f'(x)]`; `f(low) ≤ 0 ≤ f(high)` up to round-off.
 */
export function increasingRoot(
  valueAndSlope: (x: number) => readonly [value: number, slope: number],
  interval: readonly [low: number, high: number],
): number {
  let [low, high] = interval;
  check(
    low <= high && high - low < Infinity,
    () => `increasingRoot: interval must be finite with low ≤ high, got [${interval}]`,
  );
  let x = low;
  let previous = high - low;
  while (low < high) {
    const [value, slope] = valueAndSlope(x);
    if (value === 0) return x;
    if (value < 0) low = x;
    else high = x;
    const newton = x - value / slope;
    const trusted = newton > low && newton < high && Math.abs(newton - x) <= 0.5 * previous;
    const next = trusted ? newton : low + 0.5 * (high - low);
    previous = Math.abs(next - x);
    if (next === x || previous <= 1e-16 * Math.abs(x) || next === low || next === high) return next;
    x = next;
  }
  return x;
}
