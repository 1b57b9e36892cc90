/** @file The section of a report on targets in the plane. */

import { cellCenters } from "../../../domains/grid.ts";
import { pictureOf } from "../../../report/densityGrid.ts";
import { densityPanels } from "../../../report/densityPanels.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { SteinOutcome, SteinTarget, SteinTargetsOptions } from "./targets.ts";

type Chart = LineChartSpec & { readonly explanation: string };

/** The window of the pictures, `[−r, r]²`, and its cells along each axis. */
const [reach, cells] = [3.8, 120];

export function steinTargetsReport(
  options: SteinTargetsOptions,
  outcomes: readonly SteinOutcome[],
): ReportSection[] {
  const { targets } = options;
  return [
    {
      title: "Targets in the plane",
      explanation:
        "From one and the same sample of a Gaussian. SVGD with a Gaussian kernel whose width follows the median rule, SVGD with the special kernel, which asks for values of V " +
        "alone, and JKO steps in Stein's metric. Independent samples, in the mean over eight sets, are what random sampling achieves with as many points. A unit of time " +
        "is another one for every kernel.",
      tables: targets.map((target) => errorTable(target, ofTarget(outcomes, target))),
      charts: targets.map((target) => courseChart(target, ofTarget(outcomes, target))),
      panels: [
        {
          title: "Particles on the density of their target",
          explanation: "Densities on one colour scale.",
          svg: densityPanels({
            frames: targets.map((target) => ({
              label: target.name,
              panels: ofTarget(outcomes, target).map(({ method, points }) => ({
                title: method.name,
                density: picture(target),
                particles: points,
              })),
            })),
            extent: { x: [-reach, reach], y: [-reach, reach] },
            densityLabel: "density",
            panelSize: 215,
          }),
        },
      ],
    },
  ];
}

function ofTarget(outcomes: readonly SteinOutcome[], target: SteinTarget): readonly SteinOutcome[] {
  return outcomes.filter((outcome) => outcome.target.id === target.id);
}

/** The target's density. */
function picture({ measure }: SteinTarget) {
  const axis = { low: -reach, high: reach, cells };
  return pictureOf(measure.logDensity(cellCenters([axis, axis])).map(Math.exp));
}

function errorTable(target: SteinTarget, outcomes: readonly SteinOutcome[]): TableSpec {
  const right = { align: "right" } as const;
  return {
    title: `Errors on the ${target.name}`,
    explanation:
      "KSD: kernel Stein discrepancy, inverse multiquadric of width 1. MMD: maximum mean discrepancy from independent samples, Gaussian of width 1. Share: error of the probability of the left half.",
    rowHeading: "Method",
    columns: ["KSD", "MMD", "mean", "covariance", "share", "time", "steps that rose"].map((label) => ({
      label,
      ...right,
    })),
    rows: outcomes.map(({ method, errors, time, rises, course }) => ({
      label: method.name,
      ...(course.length === 0 ? { role: "reference" as const } : {}),
      cells: [
        errors.ksd,
        errors.mmd,
        errors.mean,
        errors.covariance,
        errors.share,
        course.length === 0 ? null : time,
        course.length === 0 ? null : `${rises} of ${course.length}`,
      ],
    })),
  };
}

function courseChart(target: SteinTarget, outcomes: readonly SteinOutcome[]): Chart {
  const moving = outcomes.filter(({ course }) => course.length > 0);
  const samples = outcomes.find(({ course }) => course.length === 0);
  return {
    title: `Stein discrepancy on the ${target.name}`,
    explanation:
      "Against the number of sums over all pairs of particles; for JKO, of iterations, each of which is two.",
    x: { label: "sums over all pairs", type: "log" },
    y: { label: "KSD", type: "log" },
    series: moving.map(({ method, course }) => ({
      name: method.name,
      colour: method.colour,
      points: course,
    })),
    ...(samples === undefined
      ? {}
      : {
          references: [
            {
              axis: "y" as const,
              value: samples.errors.ksd,
              label: "independent samples",
              at: "left" as const,
            },
          ],
        }),
    width: 760,
    height: 380,
  };
}
