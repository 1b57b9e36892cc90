/** @file The section of a report on solvers of the Landau equation in time. */

import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import {
  carriedChart,
  densityChart,
  energyChart,
  entropyChart,
  excessChart,
  lineSlice,
  scoreChart,
} from "./charts.ts";
import { courseMetrics } from "./courseMetrics.ts";
import type { DensityFloors, LandauTimeOptions, NamedLandauCourse } from "./overTime.ts";
import { densityPictures } from "./pictures.ts";

export function overTimeReport(
  options: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
  floors: DensityFloors,
): readonly ReportSection[] {
  const { title, tau, steps, particles, law } = options;
  const isKnown = law.exact !== undefined;
  return [
    {
      title,
      explanation:
        `${particles} particles, ${steps} steps of ${tau}, all methods from one sample. Networks are trained anew in every step, from the ` +
        "parameters of the one before. Collisions keep momentum and, but for the time step, energy: a step adds τ² E|U|² to E|v|².",
      ...(options.notes === undefined ? {} : { notes: options.notes }),
      tables: [conductTable(options, courses, floors), densityTable(options, courses, floors)],
      charts: [
        entropyChart(options, courses),
        excessChart(options, courses),
        energyChart(options, courses),
        ...(isKnown ? [carriedChart(courses), scoreChart(courses)] : []),
        ...densityChart(options, courses, floors),
        ...lineSlice(options, courses),
      ],
      panels: densityPictures(options, courses),
    },
  ];
}

const right = { align: "right" } as const;

function conductTable(
  options: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
  floors: DensityFloors,
): TableSpec {
  const metrics = courseMetrics(options, courses, floors);
  const columns = [
    ["rises", "entropy rose, steps"],
    ["uncertified", "L(w) ≥ L(0), steps"],
    ["entropyError", "entropy, error"],
    ["entropyExcess", "entropy over equilibrium"],
    ["heat", "gain of E|v|²"],
    ["heatMismatch", "off Σ τ² E|U|²"],
    ["momentum", "mean moved"],
    ["score", "score error, largest"],
    ["secondsPerStep", "seconds a step"],
  ] as const;
  return {
    title: "Laws",
    explanation:
      "The error of the entropy is counted from that of the initial sample. Score errors are relative mean squares, with a + βv taken out, " +
      "which collisions do not see.",
    rowHeading: "Method",
    columns: columns.map(([, label]) => ({ label, ...right })),
    rows: courses.map(({ method }) => ({
      label: method.name,
      cells: columns.map(([name]) => metrics[`${options.suite}.${method.id}.${name}`] ?? null),
    })),
  };
}

function densityTable(
  { law }: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
  floors: DensityFloors,
): TableSpec {
  const times = courses[0].densities.map(({ time }) => Number(time.toPrecision(4)));
  const group = law.exact === undefined ? "smoothed, against blob" : "smoothed";
  return {
    title: "Relative L² errors of densities",
    explanation:
      "Carried densities are compared at the particles; smoothed ones on a grid, where independent samples of the solution have an error too.",
    rowHeading: "Method",
    columns: [
      ...(law.exact === undefined
        ? []
        : times.map((time) => ({ label: `t = ${time}`, group: "carried", ...right }))),
      ...times.map((time) => ({ label: `t = ${time}`, group, ...right })),
    ],
    rows: [
      ...courses.map(({ method, course, densities }) => ({
        label: method.name,
        cells: [
          ...(law.exact === undefined
            ? []
            : densities.map(
                ({ time }) =>
                  course.carriedErrors[course.times.findIndex((t) => Math.abs(t - time) < 1e-9)] ?? null,
              )),
          ...densities.map(({ error }) => (Number.isNaN(error) ? null : error)),
        ],
      })),
      ...(floors.length === 0
        ? []
        : [
            {
              label: "independent samples",
              role: "reference" as const,
              cells: [...floors.map(() => null), ...floors.map(({ error }) => error)],
            },
          ]),
    ],
  };
}
