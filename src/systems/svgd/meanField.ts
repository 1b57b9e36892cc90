/** @file The mean field of SVGD on the line: a non-local equation, by finite volumes. */

import type { RadialKernel } from "../../domains/radialKernel.ts";
import { type LineCells, lineCells, type SteinEquation, type SteinLine, steinEquation } from "./lineGrid.ts";

/**
 * `∂_t ρ = ∂ₓ(ρ ∫ K(x, y) g(y) dy)`, `g = ρ' + ρV' = e^{−V} h'` with `h = ρe^V`, and `K` the special kernel, or `k(x − y)` alone where `weighted` is false.
 *
 * On the edges `g = e^{−V}(h_{i+1} − h_i)/width`, and the density that moves is `e^{−V}` times the logarithmic mean of `h` on both sides. Then mass is kept to rounding,
 * the steady state exactly, and the entropy of the cells falls at the rate `D² = Σ_ij width² g_i K_ij g_j ≥ 0` before time is cut into steps. Where that mean is more than twice the value
 * on the side from which mass comes, in empty tails, twice that value stands for it, so that steps which keep the density positive are not arbitrarily short.
 *
 * @param options.weighted whether `K` is the special kernel.
 */
export function steinMeanField(
  line: SteinLine,
  options: { readonly kernel: RadialKernel; readonly weighted: boolean },
): SteinEquation {
  const cells = lineCells("steinMeanField", line);
  const { gibbs, edges, width, edgeGibbs } = cells;
  const K = edgeKernel(cells, options);
  const count = edges.length;
  const fluxes = (density: Float64Array) => {
    const slope = new Float64Array(count);
    for (let i = 0; i < count; i++)
      slope[i] = (edgeGibbs[i] * (density[i + 1] / gibbs[i + 1] - density[i] / gibbs[i])) / width;
    const flux = new Float64Array(count);
    let dissipation = 0;
    for (let i = 0; i < count; i++) {
      let pull = 0;
      for (let j = 0; j < count; j++) pull += K[i * count + j] * slope[j];
      pull *= width;
      dissipation += width * slope[i] * pull;
      const [left, right] = [density[i] / gibbs[i], density[i + 1] / gibbs[i + 1]];
      flux[i] = edgeGibbs[i] * Math.min(logarithmicMean(left, right), 2 * (pull < 0 ? left : right)) * pull;
    }
    return { flux, dissipation };
  };
  // No cell loses more than half of what it has in an Euler step.
  const stableStep = (density: Float64Array) => {
    const { flux } = fluxes(density);
    let longest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < density.length; i++) {
      const out = Math.max(0, i > 0 ? flux[i - 1] : 0) + Math.max(0, i < count ? -flux[i] : 0);
      if (out > 0) longest = Math.min(longest, (0.5 * width * density[i]) / out);
    }
    return longest;
  };
  return steinEquation("steinMeanField", cells, { fluxes, stableStep });
}

/** `K` between all pairs of edges, row-major. */
export function edgeKernel(
  { edges, edgeWeights }: LineCells,
  { kernel, weighted }: { readonly kernel: RadialKernel; readonly weighted: boolean },
): Float64Array {
  const count = edges.length;
  const K = new Float64Array(count * count);
  const jet = new Float64Array(3);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      kernel.evaluate((edges[i] - edges[j]) ** 2, jet);
      K[i * count + j] = jet[0] * (weighted ? edgeWeights[i] * edgeWeights[j] : 1);
    }
  }
  return K;
}

/** `(b − a)/(log b − log a)`, and `a` where they are the same. */
function logarithmicMean(a: number, b: number): number {
  if (a <= 0 || b <= 0) return 0;
  const ratio = (b - a) / (a + b);
  // atanh(r)/r = 1 + r²/3 + r⁴/5 + …, without the cancellation of nearby logarithms.
  if (Math.abs(ratio) < 1e-3) return (0.5 * (a + b)) / (1 + ratio ** 2 / 3 + ratio ** 4 / 5);
  return (b - a) / Math.log(b / a);
}
