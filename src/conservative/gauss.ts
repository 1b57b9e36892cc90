/** @file The law of Gauss on a circle: the electric field of a charge density. */

import type { PeriodicCells } from "./periodicCells.ts";

/**
 * How the field is computed from the charge: in Fourier space, exactly for every mode of the grid, or from differences on the faces of
 * the cells, of order 2 in their width, which is what a charge-conserving current keeps.
 */
export type GaussScheme = "spectral" | "differences";

/** `E` at the cell centres with `∂_x E = ρ − ⟨ρ⟩` and `⟨E⟩ = 0`. */
export function gaussField(
  cells: PeriodicCells,
  scheme: GaussScheme,
): (density: Float64Array) => Float64Array {
  if (scheme === "differences") return (density) => fieldAtCentres(fieldOnFaces(cells, density));
  const { count } = cells;
  const kernel = spectralKernel(cells);
  return (density) => {
    const field = new Float64Array(count);
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += kernel[count + j - i] * density[i];
      field[j] = sum;
    }
    return field;
  };
}

/**
 * `−φ'' = ρ − ⟨ρ⟩` and `E = −φ'` in Fourier space, `Ê(k) = −i ρ̂(k)/k` with `k = 2πm/L` and no field in the means and in the mode of
 * Nyquist, written as a convolution `E_j = Σ_i K_{j−i} ρ_i` with `K_r = (2/n) Σ_{0<m<n/2} sin(kr Δx)/k`. `K` is odd, hence particles
 * exert no force on themselves and none in sum on each other. `n²` operations are few beside those of the particles.
 *
 * @returns `K_r` at index `n + r` for `−n ≤ r ≤ n`.
 */
function spectralKernel({ count, length }: PeriodicCells): Float64Array {
  const kernel = new Float64Array(2 * count + 1);
  for (let r = 1; r <= count; r++) {
    let sum = 0;
    for (let m = 1; 2 * m < count; m++) {
      // The angle is reduced in whole numbers: K is then as periodic and as odd as rounding allows.
      const angle = (2 * Math.PI * ((m * r) % count)) / count;
      sum += (Math.sin(angle) * length) / (2 * Math.PI * m);
    }
    kernel[count + r] = (2 * sum) / count;
    kernel[count - r] = -kernel[count + r];
  }
  return kernel;
}

/** `E_{j+½}` with `E_{j+½} − E_{j−½} = Δx(ρ_j − ⟨ρ⟩)` and `⟨E⟩ = 0`. */
export function fieldOnFaces(cells: PeriodicCells, density: Float64Array): Float64Array {
  const { count, width } = cells;
  const background = mean(density);
  const faces = new Float64Array(count);
  let sum = 0;
  for (let j = 0; j < count; j++) {
    sum += width * (density[j] - background);
    faces[j] = sum;
  }
  const level = mean(faces);
  return faces.map((value) => value - level);
}

/** `E_j = ½(E_{j−½} + E_{j+½})`: for fields that obey the law of Gauss it exerts no force in sum. */
export function fieldAtCentres(faces: Float64Array): Float64Array {
  const last = faces.length - 1;
  return faces.map((right, j) => 0.5 * (right + faces[j === 0 ? last : j - 1]));
}

/** `max_j |(E_{j+½} − E_{j−½})/Δx − (ρ_j − ⟨ρ⟩)|`: by how much a field on faces violates the law of Gauss. */
export function gaussDefect(
  cells: PeriodicCells,
  fields: { readonly faces: Float64Array; readonly density: Float64Array },
): number {
  const { faces, density } = fields;
  const background = mean(density);
  const last = faces.length - 1;
  let worst = 0;
  for (let j = 0; j < density.length; j++) {
    const slope = (faces[j] - faces[j === 0 ? last : j - 1]) / cells.width;
    worst = Math.max(worst, Math.abs(slope - (density[j] - background)));
  }
  return worst;
}

/** `½ ∫|E|² dx = ½ Δx Σ_j E_j²`, of a field at the centres or on the faces. */
export function fieldEnergy(cells: PeriodicCells, field: Float64Array): number {
  let squares = 0;
  for (const value of field) squares += value * value;
  return 0.5 * cells.width * squares;
}

/** The mean of values at cells. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
