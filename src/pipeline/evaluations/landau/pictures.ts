/** @file Pictures of smoothed densities in a plane. */

import { densityPanels } from "../../../report/densityPanels.ts";
import type { ReportSection } from "../../../report/report.ts";
import { measureDensity } from "./densities.ts";
import type { LandauTimeOptions, NamedLandauCourse } from "./overTime.ts";

/** A row a method and the solution, a column a time; none unless the window has two axes of more than one cell. */
export function densityPictures(
  { law, window }: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
): NonNullable<ReportSection["panels"]> {
  const wide = window.axes.filter(({ cells }) => cells > 1);
  const [first] = courses;
  if (wide.length !== 2 || first.densities.length === 0) return [];
  const [across, up] = wide;
  const { exact } = law;
  // Grids have the last axis fastest, pictures the first one.
  const picture = (values: Float64Array) => ({
    columns: across.cells,
    rows: up.cells,
    values: Float64Array.from(
      values,
      (_, k) => values[(k % across.cells) * up.cells + Math.floor(k / across.cells)],
    ),
  });
  const rows = [
    ...courses.map(({ method, densities }) => ({
      label: method.name,
      grids: densities.map(({ values }) => values),
    })),
    ...(exact === undefined
      ? []
      : [
          {
            label: "solution",
            grids: first.densities.map(({ time }) => measureDensity(exact.at(time), window)),
          },
        ]),
  ];
  const svg = densityPanels({
    frames: rows.map(({ label, grids }) => ({
      label,
      panels: grids.map((values, k) => ({
        title: `t = ${Number(first.densities[k].time.toPrecision(4))}`,
        density: picture(values),
      })),
    })),
    extent: { x: [across.low, across.high], y: [up.low, up.high] },
    axes: ["v₁", "v₂"],
    densityLabel: "density",
  });
  return [
    {
      title: "Smoothed densities",
      explanation: `Deviation of the kernel ${window.deviation}; all on one colour scale.`,
      svg,
    },
  ];
}
