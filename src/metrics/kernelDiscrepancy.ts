/** @file Distances between samples, and of a sample from a density known up to a factor, by kernels. */

import { check } from "../check/check.ts";
import type { RadialKernel } from "../domains/radialKernel.ts";

/**
 * The kernel Stein discrepancy `√(n⁻² Σ_ij u(x_i, x_j))` of points from the density whose score `s = ∇log π` they come with, where, `z = x − y`,
 *
 *     u = s(x)·s(y) φ + 2φ' z·(s(y) − s(x)) − 2dφ' − 4φ''|z|²,
 *
 * so that `∫u(x, y) π(y) dy = 0` for all `x`. It is zero for `π` alone and needs no samples of it; `n` independent samples of `π` have about `√(E u(x, x)/n)`.
 *
 * @param points row-major `[n, d]`, and the scores in the same layout.
 * @param kernel one that is twice differentiable.
 * @see Liu, Lee & Jordan (2016), A kernelized Stein discrepancy, arXiv:1602.03253; Gorham & Mackey (2017), arXiv:1703.01717.
 */
export function steinDiscrepancy(
  points: ArrayLike<number>,
  scores: ArrayLike<number>,
  { kernel, dimension: d }: { readonly kernel: RadialKernel; readonly dimension: number },
): number {
  check(
    points.length === scores.length && points.length > 0 && points.length % d === 0,
    () =>
      `steinDiscrepancy: points and scores must be rows of ${d}, got lengths ${points.length} and ${scores.length}`,
  );
  check(kernel.kind !== "laplace", () => "steinDiscrepancy: the kernel must be differentiable at zero");
  const n = points.length / d;
  const jet = new Float64Array(3);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let squared = 0;
      let overlap = 0;
      let lean = 0;
      for (let k = 0; k < d; k++) {
        const z = points[i * d + k] - points[j * d + k];
        squared += z * z;
        overlap += scores[i * d + k] * scores[j * d + k];
        lean += z * (scores[j * d + k] - scores[i * d + k]);
      }
      kernel.evaluate(squared, jet);
      const u = overlap * jet[0] + 2 * jet[1] * lean - 2 * d * jet[1] - 4 * jet[2] * squared;
      sum += i === j ? u : 2 * u;
    }
  }
  return Math.sqrt(Math.max(0, sum)) / n;
}

/**
 * The maximum mean discrepancy `√(E k(a, a') + E k(b, b') − 2E k(a, b))` of the empirical measures of two samples: the largest difference of their means over
 * functions of unit norm in the space of the kernel.
 *
 * @param a row-major `[n, d]`; the counts of the two may differ.
 * @see Gretton, Borgwardt, Rasch, Schölkopf & Smola (2012), A kernel two-sample test, JMLR 13, 723–773.
 */
export function meanDiscrepancy(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { kernel, dimension: d }: { readonly kernel: RadialKernel; readonly dimension: number },
): number {
  const mean = (x: ArrayLike<number>, y: ArrayLike<number>) => meanKernel(x, y, { kernel, d });
  return Math.sqrt(Math.max(0, mean(a, a) + mean(b, b) - 2 * mean(a, b)));
}

function meanKernel(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { kernel, d }: { readonly kernel: RadialKernel; readonly d: number },
): number {
  const [n, m] = [x.length / d, y.length / d];
  check(
    Number.isInteger(n) && Number.isInteger(m) && n > 0 && m > 0,
    () => `meanDiscrepancy: samples must be rows of ${d}, got lengths ${x.length} and ${y.length}`,
  );
  const jet = new Float64Array(3);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let squared = 0;
      for (let k = 0; k < d; k++) squared += (x[i * d + k] - y[j * d + k]) ** 2;
      kernel.evaluate(squared, jet);
      sum += jet[0];
    }
  }
  return sum / (n * m);
}
