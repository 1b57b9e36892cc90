/** @file The section of a report on Ampère beside Poisson. */

import { methodColours } from "../../../report/colours.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { PlasmaCourse } from "./course.ts";
import type { PlasmaMoment } from "./moment.ts";

/** Poisson comes first. */
export interface AmpereRun {
  readonly name: string;
  readonly label: string;
  readonly course: PlasmaCourse;
}

interface AmpereReport {
  readonly runs: readonly AmpereRun[];
  readonly grids: readonly number[];
  readonly gaps: readonly number[];
  readonly order: number;
  readonly particles: number;
  readonly network: string;
}

export function ampereSection(report: AmpereReport): ReportSection {
  const { runs, grids, gaps, order, particles, network } = report;
  const lines = (pick: (moment: PlasmaMoment) => number) =>
    runs.map(({ label, course }, r) => ({
      name: label,
      points: course.moments.map((moment) => [moment.time, pick(moment)] as const),
      colour: [methodColours.exact, methodColours.perStep, methodColours.euler][r],
      ...(r === 0 ? { dash: "dashed" as const } : {}),
    }));
  return {
    title: "Ampère beside Poisson",
    explanation:
      `Steps of both equations by the same network (${network}), ${particles} particles from one sample. The charge-conserving current ` +
      "keeps the law of Gauss to rounding. The free energy falls from any field, also from one that no charge belongs to.",
    tables: [
      {
        title:
          "Largest difference in time of the longest wave's amplitude, without collisions, over the largest amplitude",
        columns: rightAligned([...grids.map((count) => `${count} cells`), "order"]),
        rows: [{ label: "Ampère against Poisson in Fourier space", cells: [...gaps, order] }],
      },
      runsTable(runs),
    ],
    charts: [
      {
        title: "Field energy by Ampère and by Poisson",
        x: { label: "time" },
        y: { label: "½∫E² dx", type: "log" },
        series: lines(({ field }) => field),
      },
      {
        title: "Free energy by Ampère and by Poisson",
        x: { label: "time" },
        y: { label: "free energy a unit of mass" },
        series: lines(({ free }) => free),
      },
    ],
  };
}

function runsTable(runs: readonly AmpereRun[]): TableSpec {
  return {
    title: "Runs with collisions",
    columns: rightAligned([
      "free energy at first",
      "at the end",
      "largest rise in a step",
      "defect of Gauss's law at first",
      "largest change of it",
    ]),
    rows: runs.map(({ label, course }, r) => ({
      label,
      cells: [
        course.moments[0].free,
        (course.moments.at(-1) as PlasmaMoment).free,
        largestRise(course),
        r === 0 ? null : course.moments[0].gauss,
        r === 0 ? null : gaussMotion(course),
      ],
    })),
  };
}

/** The largest rise of the free energy in a step. */
export function largestRise({ moments }: PlasmaCourse): number {
  return Math.max(0, ...moments.slice(1).map(({ free }, k) => free - moments[k].free));
}

/** By how much the violation of the law of Gauss has changed at most: what is violated at first must stay so, by as much. */
export function gaussMotion({ moments }: PlasmaCourse): number {
  return Math.max(...moments.map(({ gauss }) => Math.abs(gauss - moments[0].gauss)));
}

function rightAligned(labels: readonly string[]) {
  return labels.map((label) => ({ label, align: "right" as const }));
}
