/** @file What tests of measures share: distribution functions against samples, scores against differences, sums on grids. */

import type { Measure } from "../../src/measures/measure.ts";

/** `√n sup|F_n − F|`: above 1.95 once in a thousand samples of the right law. */
export function kolmogorov(samples: Float64Array, cdf: (x: number) => number): number {
  const sorted = samples.slice().sort();
  let largest = 0;
  sorted.forEach((x, i) => {
    const f = cdf(x);
    largest = Math.max(largest, (i + 1) / sorted.length - f, f - i / sorted.length);
  });
  return largest * Math.sqrt(sorted.length);
}

/** The greatest difference between the score and central differences of step `h`, over `1 + |score|`. */
export function scoreDefect(measure: Measure, points: Float64Array, h: number): number {
  const d = measure.dimension;
  const score = measure.score(points);
  let worst = 0;
  for (let a = 0; a < d; a++) {
    const shifted = (by: number) => measure.logDensity(points.map((x, i) => (i % d === a ? x + by : x)));
    const [up, down] = [shifted(h), shifted(-h)];
    up.forEach((value, i) => {
      const exact = score[i * d + a];
      worst = Math.max(worst, Math.abs((value - down[i]) / (2 * h) - exact) / (1 + Math.abs(exact)));
    });
  }
  return worst;
}

/** The midpoint rule on `[−reach, reach]²` with cells of width `h`: mass, means, and the distribution of the first coordinate. */
export function planeSums(measure: Measure, reach: number, h: number) {
  const n = Math.round((2 * reach) / h);
  const at = (i: number) => -reach + (i + 0.5) * h;
  const below = new Float64Array(n + 1);
  let [mass, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const column = Float64Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? at(i) : at((k - 1) / 2)));
    below[i + 1] = below[i];
    measure.logDensity(column).forEach((value, j) => {
      const m = Math.exp(value) * h * h;
      below[i + 1] += m;
      mass += m;
      x += m * at(i);
      y += m * at(j);
      xx += m * at(i) ** 2;
      xy += m * at(i) * at(j);
      yy += m * at(j) ** 2;
    });
  }
  const cdf = (value: number) => {
    const place = Math.min(n - 1e-9, Math.max(0, (value + reach) / h));
    const i = Math.floor(place);
    return (below[i] + (place - i) * (below[i + 1] - below[i])) / mass;
  };
  return { mass, moments: [x, y, xx, xy, yy].map((m) => m / mass), cdf };
}

/** `x, y, x², xy, y²` of every point of the plane, one array each. */
export function monomials(points: Float64Array): Float64Array[] {
  const values = (f: (x: number, y: number) => number) =>
    Float64Array.from({ length: points.length / 2 }, (_, i) => f(points[2 * i], points[2 * i + 1]));
  return [
    values((x) => x),
    values((_x, y) => y),
    values((x) => x * x),
    values((x, y) => x * y),
    values((_x, y) => y * y),
  ];
}
