/** @file The section of a report on two streams: field energy and free energy in time, phase space, balances. */

import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import type { PlasmaCourse } from "./course.ts";
import type { PlasmaMoment } from "./moment.ts";
import { phasePanels } from "./phasePanels.ts";
import {
  acrossChart,
  fieldChart,
  freeEnergyChart,
  type NamedCourse,
  type StreamCourses,
} from "./streamCharts.ts";
import { fieldDistance } from "./streamMetrics.ts";

interface StreamsReport extends StreamCourses {
  readonly title: string;
  readonly steps: number;
  readonly particles: number;
  /** Exact collisions with other random numbers. */
  readonly again: PlasmaCourse;
}

export function streamsSection(report: StreamsReport): ReportSection {
  const { title, flow, particles, courses, steps } = report;
  const { strength } = collisionConstants("streamsSection", flow);
  const jko = courses.filter(({ kind }) => kind === "jko");
  return {
    title,
    explanation:
      `${flow.name} with collisions of strength ε = ${strength}: ${particles} particles, ${steps} steps of ${flow.tau}, all from one ` +
      "sample. Networks are trained anew in every step; random collisions are exact in law, and have the same splitting.",
    tables: [
      distanceTable(report),
      balanceTable(courses),
      ...jko.flatMap(({ label, conduct }) => titled(label, conduct)),
    ],
    charts: [
      fieldChart(report),
      ...(jko.length === 0 ? [] : [freeEnergyChart(report)]),
      ...(report.streams.transverse.length === 0 ? [] : [acrossChart(report)]),
    ],
    panels: [
      {
        title: `Phase space, ε = ${strength}`,
        explanation: "All on one colour scale.",
        svg: phasePanels(
          courses.map(({ label, course }) => ({ label: shortLabel(label), snapshots: course.snapshots })),
          { cells: flow.conservative.cells, speed: 4, bandwidth: 0.1 },
        ),
      },
    ],
  };
}

function distanceTable({ courses, again }: StreamsReport): TableSpec {
  const exact = courses.find(({ kind }) => kind === "random") as NamedCourse;
  const rows = [
    ...courses.filter((own) => own !== exact),
    { label: "exact collisions with other random numbers", course: again },
  ];
  return {
    title: "Distance of the field from that of exact collisions",
    explanation: "√Σ(A − B)²/√ΣB² over all steps, with the amplitudes A and B = √(½∫E²).",
    columns: [{ label: "distance", align: "right" }],
    rows: rows.map(({ label, course }) => ({ label, cells: [fieldDistance(course, exact.course)] })),
  };
}

function balanceTable(courses: readonly NamedCourse[]): TableSpec {
  const end = ({ moments }: PlasmaCourse) => moments.at(-1) as PlasmaMoment;
  return {
    title: "Balance of the energy E½|v|² + ½∫E²/M",
    explanation:
      "Change = error of the conservative part + heat from collisions. By their law collisions give −2ε(E½|v|² − ½dT) in a unit of time, here " +
      "summed by the trapezoidal rule.",
    columns: [
      "change",
      "error of the conservative part",
      "heat",
      "heat by its law",
      "field energy at the end",
      "kinetic energy at the end",
      "momentum at the end",
      "seconds",
    ].map((label) => ({ label, align: "right" as const })),
    rows: courses.map(({ label, course }) => ({
      label,
      cells: [
        end(course).energy - course.moments[0].energy,
        course.drift,
        course.heat,
        course.expectedHeat,
        end(course).field,
        end(course).kinetic,
        end(course).momentum,
        course.seconds,
      ],
    })),
  };
}

function titled(label: string, table: TableSpec | undefined): TableSpec[] {
  return table === undefined ? [] : [{ ...table, title: `${table.title}: ${label}` }];
}

/** What stands beside a row of pictures: the words up to the first comma. */
function shortLabel(label: string): string {
  return label.split(",")[0];
}
