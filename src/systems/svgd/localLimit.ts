/** @file The limit of SVGD with the special kernel as `k` becomes Dirac's measure: a porous medium equation, by finite volumes. */

import { lineCells, type SteinEquation, type SteinLine, steinEquation } from "./lineGrid.ts";

/**
 * `∂_t ρ = ∂ₓ(ρ² e^{2V − V₀} ∂ₓ(log ρ + V))`, which for `h = ρe^V` is `e^{−V} ∂_t h = ½ ∂ₓ(e^{−V₀} ∂ₓ h²)`: for `V = V₀` the porous medium equation `∂_t h = ½𝓛h²` of
 * the generator `𝓛 = ∂² − V'∂`. Fluxes `½e^{−V₀}(h²_{i+1} − h²_i)/width` keep the mass to rounding, densities positive and the steady state exactly, and lose entropy at the rate
 *
 *     D² = Σ_i F_i (log h_{i+1} − log h_i) ≥ 0.
 *
 * For `V = V₀ = x²/2` the relative entropy falls at the rate `2/Z` in the end, `Z = √2π`.
 *
 * @param line.reference `V₀`.
 */
export function steinLocalLimit(line: SteinLine): SteinEquation {
  const cells = lineCells("steinLocalLimit", line);
  const { gibbs, edges, width, edgeGibbs, edgeWeights } = cells;
  // e^{−V₀} = (e^{V − V₀/2} e^{−V})².
  const mobility = edges.map((_, i) => (edgeWeights[i] * edgeGibbs[i]) ** 2);
  const fluxes = (density: Float64Array) => {
    const flux = new Float64Array(edges.length);
    let dissipation = 0;
    for (let i = 0; i < flux.length; i++) {
      const [left, right] = [density[i] / gibbs[i], density[i + 1] / gibbs[i + 1]];
      flux[i] = (0.5 * mobility[i] * (right - left) * (right + left)) / width;
      if (flux[i] !== 0) dissipation += flux[i] * Math.log(right / left);
    }
    return { flux, dissipation };
  };
  // An Euler step is monotone while no cell can lose more than it has.
  const stableStep = (density: Float64Array) => {
    let fastest = 0;
    for (let i = 0; i < density.length; i++) {
      const through = (i > 0 ? mobility[i - 1] : 0) + (i < edges.length ? mobility[i] : 0);
      fastest = Math.max(fastest, (through * density[i]) / gibbs[i] ** 2);
    }
    return (0.9 * width ** 2) / fastest;
  };
  return steinEquation("steinLocalLimit", cells, { fluxes, stableStep });
}
