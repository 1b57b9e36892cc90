/** @file Densities of a relaxation to equilibrium: marginals at the end, phase space in time. */

import type { Cloud } from "../../../measures/cloud.ts";
import { columns } from "../../../measures/rotatedProduct.ts";
import { methodColours } from "../../../report/colours.ts";
import { densityCurves } from "../../../report/densityCurves.ts";
import { type DensityGrid, densityGrid, type Extent, type Point } from "../../../report/densityGrid.ts";
import { densityPanels } from "../../../report/densityPanels.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { Relaxation, RelaxationCourse, RelaxationOptions } from "./relaxation.ts";

export const names = { jko: "JKO network", langevin: "Langevin" } as const;
export const colours = { jko: methodColours.operator, langevin: methodColours.perStep } as const;
export const methods = ["jko", "langevin"] as const;

export function coordinateName({ equilibrium }: RelaxationOptions, a: number): string {
  const d = equilibrium.dimension / 2;
  return (a < d ? "x" : "v") + (d === 1 ? "" : `${(a % d) + 1}`);
}

export function marginalSection(options: RelaxationOptions, found: Relaxation): ReportSection {
  const { equilibrium, window } = options;
  const d = equilibrium.dimension / 2;
  const coordinates = Array.from({ length: 2 * d }, (_, a) => a);
  const frames = coordinates.map((a) => {
    const [low, high] = a < d ? window.positions : window.velocities;
    const exact = Array.from({ length: 201 }, (_, i) => {
      const x = low + ((high - low) * i) / 200;
      return [x, Math.exp(equilibrium.factors[a].logDensity(Float64Array.of(x))[0])] as const;
    });
    const curves = methods.map((method) => ({
      name: names[method],
      colour: colours[method],
      points: histogramCurve(lastOf(found[method]), {
        coordinate: a,
        interval: [low, high],
        bins: Math.min(80, window.bins),
      }),
    }));
    return {
      label: coordinateName(options, a),
      curves: [
        ...curves,
        { name: "quadrature", colour: methodColours.exact, dash: "dashed" as const, points: exact },
      ],
    };
  });
  const [positions, velocities] = [frames.slice(0, d), frames.slice(d)];
  const panel = (title: string, shown: typeof frames, axis: string) => ({
    title,
    svg: densityCurves({ axis, columns: Math.min(3, d), frames: shown }),
  });
  return {
    title: "Marginals at the end",
    explanation:
      "Histograms of the particles against e^{−V/T} and the Maxwellian by quadrature. The floor is what as many independent samples of " +
      "the equilibrium itself would show.",
    tables: [
      {
        title: `Total variation of marginals, over ${window.bins} bins`,
        rowHeading: "Coordinate",
        columns: methods.flatMap((method) => [
          { label: "distance", group: names[method] },
          { label: "floor", group: names[method] },
        ]),
        rows: coordinates.map((a) => ({
          label: coordinateName(options, a),
          cells: methods.flatMap((method) => [
            found[method].marginals[a].distance,
            found[method].marginals[a].floor,
          ]),
        })),
      },
    ],
    panels: [
      panel("Marginals of positions at the end", positions, "x"),
      panel("Marginals of velocities at the end", velocities, "v"),
    ],
  };
}

function lastOf(course: RelaxationCourse): Cloud {
  return course.snapshots[course.snapshots.length - 1].cloud;
}

/** The outline of a histogram. */
function histogramCurve(
  cloud: Cloud,
  options: {
    readonly coordinate: number;
    readonly interval: readonly [number, number];
    readonly bins: number;
  },
): Point[] {
  const { coordinate, interval, bins } = options;
  const width = (interval[1] - interval[0]) / bins;
  const counts = new Float64Array(bins);
  for (let i = coordinate; i < cloud.positions.length; i += cloud.dimension) {
    const k = Math.floor((cloud.positions[i] - interval[0]) / width);
    if (k >= 0 && k < bins) counts[k]++;
  }
  return Array.from(counts, (count, k) => {
    const height = count / cloud.count / width;
    return [
      [interval[0] + k * width, height],
      [interval[0] + (k + 1) * width, height],
    ] as const;
  }).flat() as Point[];
}

export function phaseSection(options: RelaxationOptions, found: Relaxation): ReportSection {
  const { window, equilibrium, flow } = options;
  const d = equilibrium.dimension / 2;
  const extent: Extent = { x: window.positions, y: window.velocities };
  const period = flow.torus?.period;
  const grid = (cloud: Cloud): DensityGrid => planeGrid(cloud, { extent, period });
  return {
    title: "Phase space in time",
    ...(d === 1 ? {} : { explanation: "The first position and the first velocity." }),
    panels: [
      {
        title: "The density in phase space",
        svg: densityPanels({
          extent,
          contours: true,
          axes: d === 1 ? ["x", "v"] : ["x₁", "v₁"],
          frames: methods.map((method) => ({
            label: names[method],
            panels: found[method].snapshots.map(({ time, cloud }) => ({
              title: `t = ${time.toFixed(1)}`,
              density: grid(cloud),
            })),
          })),
        }),
      },
    ],
  };
}

const CELLS = 96;

/** The density of `(x_1, v_1)`. On a torus it is made of copies on either side too, on a window of twice the width, and cut out of it. */
function planeGrid(
  cloud: Cloud,
  { extent, period }: { readonly extent: Extent; readonly period: number | undefined },
): DensityGrid {
  const axes = columns(Float64Array.from(cloud.positions), cloud.dimension);
  const [x, v] = [axes[0], axes[cloud.dimension / 2]];
  const points = (shift: number) => Array.from(x, (value, i) => [value + shift, v[i]]).flat();
  if (period === undefined) return densityGrid(points(0), { extent, columns: CELLS });
  const copies = Float64Array.from([-period, 0, period].flatMap(points));
  const half = (extent.x[1] - extent.x[0]) / 2;
  const wide = { x: [extent.x[0] - half, extent.x[1] + half] as const, y: extent.y };
  const { values } = densityGrid(copies, { extent: wide, columns: 2 * CELLS });
  const own = Float64Array.from({ length: 2 * CELLS * CELLS }, (_, k) => {
    const [row, column] = [Math.floor(k / CELLS), k % CELLS];
    return 3 * values[row * 2 * CELLS + CELLS / 2 + column];
  });
  return { values: own, columns: CELLS, rows: 2 * CELLS };
}
