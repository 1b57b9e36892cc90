/** @file Boxes cut into equal cells. */

import { check } from "../check/check.ts";

/** One side of the box, cut into equal cells. */
export interface GridAxis {
  readonly low: number;
  readonly high: number;
  readonly cells: number;
}

/** Lines of a flat array: `starts[l] + k · stride` for `k < length`. */
export interface Lines {
  readonly starts: Int32Array;
  readonly stride: number;
  readonly length: number;
}

/** Throws unless there are one or two axes, each with two cells or more; `where` names the caller. */
export function checkBox(where: string, axes: readonly GridAxis[]): void {
  check(
    axes.length === 1 || axes.length === 2,
    () => `${where}: box must have one or two axes, got ${axes.length}`,
  );
  axes.forEach(({ low, high, cells }, a) => {
    check(low < high, () => `${where}: low must be below high, got [${low}, ${high}] on axis ${a}`);
    check(
      Number.isInteger(cells) && cells >= 2,
      () => `${where}: cells must be an integer above 1, got ${cells}`,
    );
  });
}

/** Throws unless `initial` has one finite value that is not negative for each cell, and `times` increase from 0. */
export function checkEvolution(
  where: string,
  initial: Float64Array,
  options: { readonly cells: number; readonly times: readonly number[]; readonly maxTimeStep: number },
): void {
  const { cells, times, maxTimeStep } = options;
  check(initial.length === cells, () => `${where}: initial must have ${cells} cells, got ${initial.length}`);
  check(
    initial.every((value) => value >= 0 && value < Infinity),
    () => `${where}: initial must be finite and not negative`,
  );
  check(maxTimeStep > 0, () => `${where}: maxTimeStep must be positive, got ${maxTimeStep}`);
  check(
    times.every((time, k) => time >= (times[k - 1] ?? 0)),
    () => `${where}: times must increase from 0, got [${times}]`,
  );
}

/** The length, area or volume of one cell. */
export function volumeOfCell(axes: readonly GridAxis[]): number {
  return axes.reduce((product, { low, high, cells }) => (product * (high - low)) / cells, 1);
}

/** All lines of cells in the direction of one axis, for arrays with the last axis fastest. */
export function linesAlong(axes: readonly GridAxis[], axis: number): Lines {
  if (axes.length === 1) return { starts: Int32Array.of(0), stride: 1, length: axes[0].cells };
  const [rows, columns] = axes.map(({ cells }) => cells);
  return axis === 0
    ? { starts: Int32Array.from({ length: columns }, (_, j) => j), stride: columns, length: rows }
    : { starts: Int32Array.from({ length: rows }, (_, i) => i * columns), stride: 1, length: columns };
}

/** Centres of the cells of a grid, row-major `[cells, d]`, the last axis fastest. */
export function cellCenters(axes: readonly GridAxis[]): Float64Array {
  return gridPoints(axes, [0.5]);
}

/** In every cell the points at these fractions of its sides, cell by cell, row-major; any number of axes. */
export function gridPoints(axes: readonly GridAxis[], fractions: readonly number[]): Float64Array {
  const d = axes.length;
  const cells = axes.reduce((product, axis) => product * axis.cells, 1);
  const inCell = fractions.length ** d;
  const points = new Float64Array(cells * inCell * d);
  for (let row = 0; row < cells * inCell; row++) {
    let [cell, place] = [Math.floor(row / inCell), row % inCell];
    for (let a = d - 1; a >= 0; a--) {
      const { low, high, cells: count } = axes[a];
      const fraction = fractions[place % fractions.length];
      points[row * d + a] = low + ((high - low) * ((cell % count) + fraction)) / count;
      cell = Math.floor(cell / count);
      place = Math.floor(place / fractions.length);
    }
  }
  return points;
}
