/** @file Densities of particles on a box or a slice of it, against the solution's, a rival's and those of independent samples. */

import { cellCenters, type GridAxis } from "../../../domains/grid.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import type { Measure } from "../../../measures/measure.ts";
import { kernelDensityOnGrid, relativeGridError } from "../../../metrics/kernelGrid.ts";
import { foldIn, type Key } from "../../../random/key.ts";

/** Where densities are looked at, and how wide the Gaussian is by which particles are smoothed. An axis of one cell is a slice through its middle. */
export interface DensityWindow {
  readonly axes: readonly GridAxis[];
  readonly deviation: number;
}

/** Smoothed particles. */
export function cloudDensity({ positions }: Pick<Cloud, "positions">, window: DensityWindow): Float64Array {
  return kernelDensityOnGrid(positions, window);
}

/** A measure's own density, not smoothed. */
export function measureDensity(measure: Measure, { axes }: DensityWindow): Float64Array {
  return measure.logDensity(cellCenters(axes)).map(Math.exp);
}

/**
 * The relative L² error of as many independent samples of a density, smoothed alike, in the mean over a few draws: what particles that are exact
 * in law have.
 */
export function sampleFloor(
  measure: Measure,
  window: DensityWindow,
  options: { readonly key: Key; readonly count: number; readonly draws: number },
): number {
  const { key, count, draws } = options;
  const exact = measureDensity(measure, window);
  let sum = 0;
  for (let draw = 0; draw < draws; draw++)
    sum += relativeGridError(
      cloudDensity({ positions: measure.sample(foldIn(key, draw), count) }, window),
      exact,
    );
  return sum / draws;
}

/** The line through a window along its first axis, at the middle of the others that have one cell and at `at` along those that have more. */
export function lineOf({ axes, deviation }: DensityWindow, at = 0): DensityWindow {
  const [first, ...others] = axes;
  const cell = ({ low, high, cells }: GridAxis) => 0.5 * ((high - low) / cells);
  const thin = others.map((axis) =>
    axis.cells === 1 ? axis : { low: at - cell(axis), high: at + cell(axis), cells: 1 },
  );
  return { axes: [first, ...thin], deviation };
}
