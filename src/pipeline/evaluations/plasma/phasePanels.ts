/** @file Pictures of a plasma in phase space. */

import type { PeriodicCells } from "../../../conservative/periodicCells.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { type DensityGrid, densityGrid, type Extent } from "../../../report/densityGrid.ts";
import { densityPanels } from "../../../report/densityPanels.ts";
import type { PlasmaSnapshot } from "./course.ts";

/** Pixels of a panel's picture along either side. */
const columns = 160;
/** Those that the window is widened by on either side, for what comes around the circle. */
const overlap = 10;

/**
 * Densities of `(x, v₁)`: a row a course, a column a time.
 *
 * @param options.bandwidth of the kernel in either direction; rolled-up beams are finer than a rule for smooth densities allows.
 */
export function phasePanels(
  courses: readonly { readonly label: string; readonly snapshots: readonly PlasmaSnapshot[] }[],
  options: { readonly cells: PeriodicCells; readonly speed: number; readonly bandwidth: number },
): string {
  const { cells, speed, bandwidth } = options;
  const extent: Extent = { x: [0, cells.length], y: [-speed, speed] };
  return densityPanels({
    frames: courses.map(({ label, snapshots }) => ({
      label,
      panels: snapshots.map(({ time, cloud }) => ({
        title: `t = ${Number(time.toPrecision(3))}`,
        density: periodicDensity(cloud, extent, bandwidth),
      })),
    })),
    extent,
    axes: ["x", "v₁"],
    densityLabel: "density",
    panelSize: Math.min(230, 900 / Math.max(...courses.map(({ snapshots }) => snapshots.length))),
  });
}

/** A kernel density estimate that goes on around the circle: made on a wider window, with copies of the particles, and cut to it. */
export function periodicDensity(cloud: Cloud, extent: Extent, bandwidth: number): DensityGrid {
  const { dimension, count, positions } = cloud;
  const length = extent.x[1];
  const margin = (length * overlap) / (columns - 2 * overlap);
  const points: number[] = [];
  for (let i = 0; i < positions.length; i += dimension) {
    const [x, v] = [positions[i], positions[i + 1]];
    points.push(x, v);
    if (x < margin) points.push(x + length, v);
    if (x > length - margin) points.push(x - length, v);
  }
  const wide = { ...extent, x: [-margin, length + margin] as const };
  const { values } = densityGrid(points, { extent: wide, columns, bandwidth });
  const copies = points.length / (2 * count);
  const kept = columns - 2 * overlap;
  return {
    columns: kept,
    rows: columns,
    values: Float64Array.from(
      { length: kept * columns },
      (_, k) => copies * values[Math.floor(k / kept) * columns + overlap + (k % kept)],
    ),
  };
}
