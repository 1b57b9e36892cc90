/** @file The chemical potential of cell averages, and their free energy. */

import { check } from "../../check/check.ts";
import { cellCenters, type GridAxis, gridPoints, volumeOfCell } from "../../domains/grid.ts";
import type { Energy } from "../../energies/energy.ts";
import type { Interaction } from "../../energies/interaction.ts";

/** A free energy as a function of cell averages, the last axis fastest. */
export interface GridEnergy {
  /** `U'(ρ) + V + W*ρ` in every cell, up to a constant. */
  chemicalPotential(density: Float64Array): Float64Array;
  /** `Σ vol (U(ρ) + Vρ + ½(W*ρ)ρ)`. */
  freeEnergy(density: Float64Array): number;
}

/** In cells with less than this part of the greatest density an entropy counts so much: `log ρ` has no bound, and velocities none either. */
const vacuum = 1e-12;

/** The energy on a grid of one or two axes. The interaction is a sum over all pairs of cells that have mass. */
export function gridEnergy(energy: Energy, axes: readonly GridAxis[]): GridEnergy {
  const { internal, potential, interaction } = energy;
  const [d, volume, centers] = [axes.length, volumeOfCell(axes), cellCenters(axes)];
  const potentials = Float64Array.from({ length: centers.length / d }, (_, i) =>
    potential === undefined ? 0 : potential.value(centers.subarray(i * d, (i + 1) * d)),
  );
  const convolved = interaction && convolution(interaction, axes);
  return {
    chemicalPotential(density) {
      const values = convolved?.(density) ?? new Float64Array(density.length);
      const least = vacuum * greatest(density);
      for (let i = 0; i < density.length; i++) {
        values[i] += potentials[i];
        if (internal === undefined) continue;
        const log = Math.log(internal.exponent === 1 ? Math.max(density[i], least) : density[i]);
        values[i] += internal.value(log) + internal.pressure(log); // U' = U/ρ + P/ρ
      }
      return values;
    },
    freeEnergy(density) {
      const field = convolved?.(density);
      let sum = 0;
      for (let i = 0; i < density.length; i++) {
        if (density[i] === 0) continue;
        const own = internal === undefined ? 0 : internal.value(Math.log(density[i]));
        sum += volume * density[i] * (own + potentials[i] + 0.5 * (field?.[i] ?? 0));
      }
      return sum;
    },
  };
}

/** The greatest average of all cells. */
export function greatest(density: Float64Array): number {
  return density.reduce((most, value) => Math.max(most, value), 0);
}

/** `(W*ρ)_i = vol Σ_j W_{i−j} ρ_j`. `W` is taken between centres, and at distance zero as its mean over a cell, which is finite where `W` is not. */
function convolution(interaction: Interaction, axes: readonly GridAxis[]) {
  const [rows, columns] = axes.length === 1 ? [1, axes[0].cells] : axes.map(({ cells }) => cells);
  const sides = axes.map(({ low, high, cells }) => (high - low) / cells);
  const [height, width] = axes.length === 1 ? [0, sides[0]] : sides;
  const volume = volumeOfCell(axes);
  const kernel = new Float64Array((2 * rows - 1) * (2 * columns - 1));
  for (let a = 1 - rows; a < rows; a++) {
    for (let b = 1 - columns; b < columns; b++) {
      const place = (a + rows - 1) * (2 * columns - 1) + b + columns - 1;
      kernel[place] =
        volume *
        (a === 0 && b === 0
          ? meanOverCell(interaction, sides)
          : interaction.value((a * height) ** 2 + (b * width) ** 2));
    }
  }
  return (density: Float64Array): Float64Array => {
    const field = new Float64Array(density.length);
    const negligible = vacuum * greatest(density);
    for (let j = 0; j < density.length; j++) {
      if (density[j] <= negligible) continue;
      const [row, column] = [Math.floor(j / columns), j % columns];
      for (let r = 0; r < rows; r++) {
        const start = (r - row + rows - 1) * (2 * columns - 1) + columns - 1 - column;
        for (let c = 0; c < columns; c++) field[r * columns + c] += kernel[start + c] * density[j];
      }
    }
    return field;
  };
}

/** The mean of `W` over a cell around zero, by midpoints none of which is zero. */
function meanOverCell(interaction: Interaction, sides: readonly number[]): number {
  const parts = 16;
  const cell = sides.map((side) => ({ low: -side / 2, high: side / 2, cells: 1 }));
  const points = gridPoints(
    cell,
    Array.from({ length: parts }, (_, k) => (k + 0.5) / parts),
  );
  const d = sides.length;
  let sum = 0;
  for (let i = 0; i < points.length; i += d) {
    let squared = 0;
    for (let k = 0; k < d; k++) squared += points[i + k] ** 2;
    sum += interaction.value(squared);
  }
  const mean = sum / (points.length / d);
  check(Number.isFinite(mean), () => "the interaction has no finite mean around zero");
  return mean;
}
