/** @file The section of a report on two streams: field energy and free energy in time, phase space, balances. */

import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec, Series } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import type { FieldNoise } from "../../../systems/kinetic/fieldNoise.ts";
import type { TwoStreamOptions } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { PlasmaCourse } from "./course.ts";
import { linearGrowth } from "./growth.ts";
import type { PlasmaMoment } from "./moment.ts";
import { phasePanels } from "./phasePanels.ts";

/** `jko` steps are made by a network, `random` ones by exact collisions of random particles, `none` has no collisions. */
export interface NamedCourse {
  readonly name: string;
  readonly label: string;
  readonly kind: "jko" | "random" | "none";
  readonly course: PlasmaCourse;
  readonly conduct?: TableSpec;
}

interface StreamsReport {
  readonly title: string;
  readonly flow: PlasmaFlow;
  readonly streams: TwoStreamOptions;
  readonly steps: number;
  readonly particles: number;
  readonly courses: readonly NamedCourse[];
  readonly noise: FieldNoise;
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
    tables: [balanceTable(courses), ...jko.flatMap(({ label, conduct }) => titled(label, conduct))],
    charts: [fieldChart(report), ...(jko.length === 0 ? [] : [freeEnergyChart(report)])],
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

/** One colour a way, the same in every figure. */
function lookOf(index: number, { kind }: NamedCourse): Pick<Series, "colour" | "dash"> {
  if (kind === "random") return { colour: methodColours.exact, dash: "dashed" };
  if (kind === "none") return { colour: methodColours.identity, dash: "dotted" };
  return { colour: [methodColours.perStep, methodColours.euler][index % 2] };
}

function fieldChart({
  flow,
  streams,
  courses,
  noise,
}: StreamsReport): LineChartSpec & { explanation: string } {
  const { strength } = collisionConstants("fieldChart", flow);
  const series = courses.map(
    (own, index): Series => ({
      name: own.label,
      points: own.course.moments.map(({ time, field }) => [time, field] as const),
      ...lookOf(index, own),
    }),
  );
  return {
    title: `Field energy, ε = ${strength}`,
    explanation:
      "The straight line grows as linear theory without collisions does. Below the upper noise level a field is that of as many independent " +
      "particles; the lower one is that of particles that screen each other.",
    x: { label: "time" },
    y: { label: "½∫E² dx", type: "log" },
    series: [...series, ...growthLine(flow, streams, courses)],
    references: [
      { axis: "y", value: noise.independent, label: "noise, independent particles", at: "right" },
      { axis: "y", value: noise.thermal, label: "noise in equilibrium", at: "right" },
    ],
    width: 760,
    height: 400,
  };
}

/** `e^{2γt}` through the field at a third of the way to the peak; none where the wave does not grow. */
function growthLine(
  flow: PlasmaFlow,
  streams: TwoStreamOptions,
  courses: readonly NamedCourse[],
): readonly Series[] {
  const moments = courses.find(({ kind }) => kind === "none")?.course.moments ?? [];
  const rate = linearGrowth(flow, streams);
  const peak = moments.reduce<PlasmaMoment | undefined>(
    (best, moment) => (best === undefined || moment.field > best.field ? moment : best),
    undefined,
  );
  if (peak === undefined || rate <= 0 || peak.field < 10 * moments[0].field) return [];
  const end = moments.find(({ field }) => field > 0.3 * peak.field) ?? peak;
  const at = (t: number) => [t, 2.5 * end.field * Math.exp(2 * rate * (t - end.time))] as const;
  const begin = Math.max(0, end.time - 8);
  const points = [begin, 0.5 * (begin + end.time), end.time].map(at);
  return [{ name: "linear growth", points, colour: methodColours.floor, place: "above" }];
}

function freeEnergyChart({ flow, courses }: StreamsReport): LineChartSpec & { explanation: string } {
  const { strength, temperature, velocities } = collisionConstants("freeEnergyChart", flow);
  const { length } = flow.conservative.cells;
  const rest =
    -temperature * (Math.log(length) + 0.5 * velocities.count * Math.log(2 * Math.PI * temperature));
  return {
    title: `Free energy, ε = ${strength}`,
    explanation:
      "With the densities that particles carry. It may not rise, and it may not fall below that of the equilibrium.",
    x: { label: "time" },
    y: { label: "free energy a unit of mass" },
    series: courses.flatMap((own, index) =>
      own.kind === "jko"
        ? [
            {
              name: own.label,
              points: own.course.moments.map(({ time, free }) => [time, free] as const),
              ...lookOf(index, own),
            },
          ]
        : [],
    ),
    references: [{ axis: "y", value: rest, label: "equilibrium" }],
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
