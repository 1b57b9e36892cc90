/** @file What a finite-volume scheme sees of a measure. */

import { check } from "../check/check.ts";
import { type GridAxis, gridPoints, volumeOfCell } from "../domains/grid.ts";
import type { Measure } from "./measure.ts";

const GAUSS_NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
const GAUSS_WEIGHTS = [5 / 18, 8 / 18, 5 / 18];

/** Cell averages of a measure (3-point Gauss quadrature along each axis), scaled to unit mass on the box. */
export function cellAverages(where: string, measure: Measure, axes: readonly GridAxis[]): Float64Array {
  check(
    measure.dimension === axes.length,
    () => `${where}: the measure must have dimension ${axes.length}, got ${measure.dimension}`,
  );
  const values = measure.logDensity(gridPoints(axes, GAUSS_NODES)).map(Math.exp);
  const weights =
    axes.length === 1 ? GAUSS_WEIGHTS : GAUSS_WEIGHTS.flatMap((w) => GAUSS_WEIGHTS.map((v) => w * v));
  const averages = Float64Array.from({ length: values.length / weights.length }, (_, i) =>
    weights.reduce((sum, w, k) => sum + w * values[i * weights.length + k], 0),
  );
  const mass = volumeOfCell(axes) * averages.reduce((sum, value) => sum + value, 0);
  check(mass > 0, () => `${where}: the measure must have mass on the box`);
  return averages.map((value) => value / mass);
}
