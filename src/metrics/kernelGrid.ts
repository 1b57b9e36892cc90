/** @file Kernel densities at the centres of a grid's cells, and how far they are from a density that is known there. */

import { check } from "../check/check.ts";
import type { GridAxis } from "../domains/grid.ts";

/** Beyond so many deviations a kernel is below 2e-8 of its height and is taken to be zero. */
const reach = 6;

/**
 * `(1/n) Σ_i N(x; x_i, σ² I)` at the cell centres of a box of any dimension, the last axis fastest. Each particle is a product of one
 * Gaussian an axis, evaluated where it is not zero: nothing is binned, and a particle costs as many operations as there are centres in its
 * reach.
 *
 * @param points row-major `[n, d]`, `d` the number of axes; those outside the box count as mass.
 * @param options.deviation `σ > 0`, in the units of the axes.
 */
export function kernelDensityOnGrid(
  points: ArrayLike<number>,
  options: { readonly axes: readonly GridAxis[]; readonly deviation: number },
): Float64Array {
  const { axes, deviation } = options;
  const d = axes.length;
  const n = points.length / d;
  check(
    d > 0 && Number.isInteger(n) && n > 0,
    () => `kernelDensityOnGrid: points must be rows of ${d}, got length ${points.length}`,
  );
  check(
    deviation > 0 && deviation < Infinity,
    () => `kernelDensityOnGrid: deviation must be positive, got ${deviation}`,
  );
  const strides = axes.map((_, a) => axes.slice(a + 1).reduce((product, { cells }) => product * cells, 1));
  const values = new Float64Array(axes.reduce((product, { cells }) => product * cells, 1));
  const factors = axes.map(({ cells }) => new Float64Array(cells));
  const [first, last] = [new Int32Array(d), new Int32Array(d)];
  const spread = (axis: number, offset: number, weight: number): void => {
    const factor = factors[axis];
    if (axis === d - 1) {
      for (let c = first[axis]; c < last[axis]; c++) values[offset + c] += weight * factor[c];
      return;
    }
    for (let c = first[axis]; c < last[axis]; c++)
      spread(axis + 1, offset + c * strides[axis], weight * factor[c]);
  };
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) {
      const { low, high, cells } = axes[a];
      const width = (high - low) / cells;
      const place = (points[i * d + a] - low) / width - 0.5; // in cells, from the first centre
      const across = (reach * deviation) / width;
      first[a] = Math.max(0, Math.ceil(place - across));
      last[a] = Math.min(cells, Math.floor(place + across) + 1);
      for (let c = first[a]; c < last[a]; c++)
        factors[a][c] = Math.exp(-0.5 * (((c - place) * width) / deviation) ** 2);
    }
    spread(0, 0, 1);
  }
  const height = (2 * Math.PI * deviation ** 2) ** (-d / 2) / n;
  return values.map((value) => height * value);
}

/** `‖a − b‖₂/‖b‖₂` of values on the same grid. */
export function relativeGridError(values: ArrayLike<number>, exact: ArrayLike<number>): number {
  check(
    values.length === exact.length,
    () => `relativeGridError: both must have as many cells, got ${values.length} and ${exact.length}`,
  );
  let [difference, size] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    difference += (values[i] - exact[i]) ** 2;
    size += exact[i] ** 2;
  }
  check(size > 0, () => "relativeGridError: the exact values must not all be zero");
  return Math.sqrt(difference / size);
}
