/** @file A wave of density around a circle. */

import { check } from "../check/check.ts";
import { uniforms } from "../random/draw.ts";
import type { LineMeasure } from "./measure.ts";

/**
 * `ρ(x) = (1 + α cos kx)/L` on the circle `[0, L)`, with `k = 2πm/L`.
 *
 * @param options.amplitude `−1 < α < 1`.
 * @param options.mode `m`, the number of waves on the circle.
 */
export function cosineCircle(options: {
  readonly length: number;
  readonly amplitude: number;
  readonly mode: number;
}): LineMeasure {
  const { length, amplitude, mode } = options;
  check(
    length > 0 && length < Infinity,
    () => `cosineCircle: length must be positive and finite, got ${length}`,
  );
  check(Math.abs(amplitude) < 1, () => `cosineCircle: amplitude must lie between −1 and 1, got ${amplitude}`);
  check(
    Number.isInteger(mode) && mode > 0,
    () => `cosineCircle: mode must be a positive integer, got ${mode}`,
  );
  const k = (2 * Math.PI * mode) / length;
  const cdf = (x: number) => Math.min(1, Math.max(0, (x + (amplitude / k) * Math.sin(k * x)) / length));
  const quantile = (u: number) => {
    check(u >= 0 && u <= 1, () => `quantile: the probability must lie between 0 and 1, got ${u}`);
    const target = u * length;
    // The root is no further from the target than the sine reaches; Newton's iteration, kept in the bracket by bisection.
    let low = Math.max(0, target - Math.abs(amplitude) / k);
    let high = Math.min(length, target + Math.abs(amplitude) / k);
    let x = target;
    for (let iteration = 0; iteration < 100 && high - low > 1e-15 * length; iteration++) {
      const excess = x + (amplitude / k) * Math.sin(k * x) - target;
      if (excess > 0) high = x;
      else low = x;
      const step = excess / (1 + amplitude * Math.cos(k * x));
      if (Math.abs(step) <= 1e-16 * length) break;
      const next = x - step;
      x = next > low && next < high ? next : 0.5 * (low + high);
    }
    return Math.min(x, length * (1 - 2 ** -53));
  };
  return {
    dimension: 1,
    sample: (key, count) => uniforms(key, count).map(quantile),
    logDensity: (points) => points.map((x) => Math.log((1 + amplitude * Math.cos(k * x)) / length)),
    score: (points) =>
      points.map((x) => (-amplitude * k * Math.sin(k * x)) / (1 + amplitude * Math.cos(k * x))),
    cdf,
    survival: (x) => 1 - cdf(x),
    quantile,
    upperQuantile: (v) => quantile(1 - v),
  };
}
