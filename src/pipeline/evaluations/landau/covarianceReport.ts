/** @file The section of a report on covariance laws. */

import { landauOf } from "../../../mobilities/landau.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { maxwellCovariance } from "../../../systems/landau/moments.ts";
import type { CovarianceOptions, NamedCovariance } from "./covariance.ts";

type Chart = LineChartSpec & { readonly explanation: string };

export function covarianceReport(
  options: CovarianceOptions,
  closed: readonly NamedCovariance[],
  networks: readonly NamedCovariance[],
): readonly ReportSection[] {
  const { tau, steps, seeds, law } = options;
  return [
    {
      title: "Covariance of Maxwell's molecules",
      explanation:
        `${law.initial.dimension} dimensions, ${steps} steps of ${tau}, ${seeds === 1 ? "one sample" : `${seeds} samples`} of every size. Affine fields ` +
        "are minimised over in closed form: there JKO obeys the covariance's law for any number of particles, while score matching takes the " +
        "density for a Gaussian, which it does not stay.",
      tables: [errorTable(options, [...closed, ...networks])],
      charts: [
        countChart(options, closed),
        timeChart([...closed, ...networks]),
        varianceChart(options, closed[0]),
      ],
    },
  ];
}

function errorTable({ tau, early, steps }: CovarianceOptions, all: readonly NamedCovariance[]): TableSpec {
  const right = { align: "right" } as const;
  const [middle, end] = [early, steps].map((step) => `t = ${Number((step * tau).toPrecision(4))}`);
  return {
    title: "‖P − P*‖, Frobenius",
    explanation: "From the exact initial covariance, and from the sample's own, which obeys the same law.",
    rowHeading: "Method",
    columns: [
      { label: "particles", ...right },
      { label: middle, group: "from the exact one", ...right },
      { label: end, group: "from the exact one", ...right },
      { label: middle, group: "from the sample's own", ...right },
      { label: end, group: "from the sample's own", ...right },
      { label: "seconds a step", ...right },
    ],
    rows: all.flatMap(({ id, name, errors }) =>
      errors.map((own) => {
        const isShort = id.startsWith("network");
        return {
          label: name,
          cells: [
            String(own.count),
            own.early,
            isShort ? null : own.end,
            own.ownEarly,
            isShort ? null : own.ownEnd,
            own.secondsPerStep,
          ],
        };
      }),
    ),
  };
}

function countChart({ tau, steps }: CovarianceOptions, closed: readonly NamedCovariance[]): Chart {
  const counts = closed[0].errors.map(({ count }) => count);
  const first = closed[0].errors[0];
  return {
    title: `Error of the covariance at t = ${Number((steps * tau).toPrecision(4))}`,
    explanation:
      "Against the number of particles. Solid: from the exact initial covariance. Dashed: from the sample's own, what the solver alone is wrong by.",
    x: {
      label: "particles",
      type: "log",
      domain: [0.8 * Math.min(...counts), 1.25 * Math.max(...counts)],
    },
    y: { label: "‖P − P*‖", type: "log" },
    series: [
      ...closed.flatMap(({ name, colour, errors }) => [
        { name, colour, dots: true, points: errors.map(({ count, end }) => [count, end] as const) },
        {
          name: `${name}, own start`,
          colour,
          dash: "dashed" as const,
          dots: true,
          points: errors.map(({ count, ownEnd }) => [count, ownEnd] as const),
        },
      ]),
      {
        name: "N^(−½)",
        colour: methodColours.identity,
        dash: "dotted",
        points: counts.map((count) => [count, 1.3 * first.end * Math.sqrt(counts[0] / count)] as const),
      },
    ],
    width: 760,
    height: 400,
  };
}

function timeChart(all: readonly NamedCovariance[]): Chart {
  return {
    title: "Error of the covariance in time",
    explanation: "From the sample's own first covariance; the largest sample of each method.",
    x: { label: "time" },
    y: { label: "‖P − P*‖", type: "log" },
    series: all.map(({ id, name, colour, course }) => ({
      name,
      colour,
      ...(id.startsWith("network") ? { dash: "dashed" as const } : {}),
      points: course.times.slice(1).map((time, k) => [time, course.ownErrors[k + 1]] as const),
    })),
    width: 760,
    height: 400,
  };
}

function varianceChart(
  { law, tau, steps }: CovarianceOptions,
  { name, colour, course }: NamedCovariance,
): Chart {
  const { kernel } = landauOf("covarianceReport", law.flowAt({ tau, logDeterminant: "exact" }).mobility);
  const axes = [0, 1, 2];
  return {
    title: "Variances along the first three axes",
    explanation: "They relax to their common mean at the rate 4dC.",
    x: { label: "time" },
    y: { label: "variance" },
    series: [
      ...axes.map((axis) => ({
        name: `P${"₁₂₃"[axis]}${"₁₂₃"[axis]}, ${name}`,
        colour,
        points: course.times.map((time, k) => [time, course.variances[k][axis]] as const),
      })),
      ...axes.map((axis) => ({
        name: `P${"₁₂₃"[axis]}${"₁₂₃"[axis]}, exact`,
        colour: methodColours.exact,
        dash: "dotted" as const,
        points: Array.from({ length: steps + 1 }, (_, k) => {
          return [k * tau, maxwellCovariance(law.initial.covariance, kernel, k * tau)[axis][axis]] as const;
        }),
      })),
    ],
    width: 760,
    height: 420,
  };
}
