/** @file How fast small perturbations of the equilibrium decay: the spectrum of SVGD's linearisation on the line. */

import type { RadialKernel } from "../../domains/radialKernel.ts";
import { symmetricEigenvalues } from "../../linalg/eigenvalues.ts";
import { type LineCells, lineCells, type SteinLine } from "./lineGrid.ts";
import { edgeKernel } from "./meanField.ts";

/**
 * The eigenvalues, ascending, of the linearisation of `steinMeanField` about `π ∝ e^{−V}`, `−∂_t η = Aη` for `ρ = π(1 + η)`: `⟨η, Aη⟩_π = ∬ πη'(x) K(x, y) πη'(y) dx dy`. The first is zero and
 * belongs to constants; the second is the gap `λ`. Entropy near the equilibrium falls as `e^{−2λt}`. Everywhere, since `D²` is exactly this quadratic form, and `KL ≤ ∫πη²`,
 *
 *     d/dt KL = −D² ≤ −λ ∫πη² ≤ −λ KL,     KL(ρ_t|π) ≤ e^{−λt} KL(ρ_0|π).
 *
 * For `V = V₀ = x²/2` and `k = ½e^{−|z|}` the gap is 0.29921; for Gaussian kernels it is zero, since eigenvalues accumulate there.
 */
export function steinSpectrum(
  line: SteinLine,
  options: { readonly kernel: RadialKernel; readonly weighted: boolean },
): Float64Array {
  const cells = lineCells("steinSpectrum", line);
  const { edgeGibbs, partition, edges } = cells;
  const K = edgeKernel(cells, options);
  const count = edges.length;
  // width² π_i K_ij π_j between edges, where differences are over the width.
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) K[i * count + j] *= (edgeGibbs[i] * edgeGibbs[j]) / partition ** 2;
  return eigenvaluesOf(cells, (i, j) => K[i * count + j]);
}

/** The same for `steinLocalLimit`: `⟨η, Aη⟩_π = Z^{−2} ∫e^{−V₀} η'² dx`; for `V = V₀ = x²/2` they are `n/Z`. */
export function steinLocalSpectrum(line: SteinLine): Float64Array {
  const cells = lineCells("steinLocalSpectrum", line);
  const { edgeGibbs, edgeWeights, partition, width } = cells;
  return eigenvaluesOf(cells, (i, j) =>
    i === j ? ((edgeGibbs[i] * edgeWeights[i]) / partition) ** 2 / width : 0,
  );
}

/** Of `M^{−½} Dᵀ B D M^{−½}` with `B` between edges, differences `D` of neighbouring cells, and the masses `M` of the cells under `π`. */
function eigenvaluesOf(
  { gibbs, partition, width }: LineCells,
  between: (i: number, j: number) => number,
): Float64Array {
  const n = gibbs.length;
  const roots = gibbs.map((value) => Math.sqrt((width * value) / partition));
  const edge = (i: number, j: number) => (i < 0 || j < 0 || i > n - 2 || j > n - 2 ? 0 : between(i, j));
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = edge(i - 1, j - 1) - edge(i - 1, j) - edge(i, j - 1) + edge(i, j);
      matrix[i * n + j] = entry / (roots[i] * roots[j]);
      matrix[j * n + i] = matrix[i * n + j];
    }
  }
  return symmetricEigenvalues(matrix, n);
}
