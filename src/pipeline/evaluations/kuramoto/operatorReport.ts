/** @file The section of a report on a learned synchronisation step. */

import type { Point } from "../../../report/densityGrid.ts";
import type { LineChartSpec, Series } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { settledState } from "../../../systems/kuramoto/equilibria.ts";
import type { Settings } from "../../settings.ts";
import type { Conduct } from "../conduct.ts";
import type { KuramotoCourse, KuramotoMethod, KuramotoOperatorOptions, KuramotoRamp } from "./operatorLaw.ts";

/** What the operator was held against, and what was found. */
export interface KuramotoFindings {
  readonly methods: Readonly<Record<string, KuramotoMethod>>;
  readonly courses: readonly KuramotoCourse[];
  readonly ramp: KuramotoRamp;
  readonly tally: Conduct;
  readonly options: KuramotoOperatorOptions;
  readonly settings: Settings;
}

/** Errors beside the rivals', the order parameter over the time, and the transition. */
export function kuramotoOperatorReport(found: KuramotoFindings): readonly ReportSection[] {
  const { options, settings, tally } = found;
  const { densities, particles } = settings.evaluation;
  return [
    {
      title: "The learned synchronisation step",
      explanation:
        `At each of ${options.couplings.length} couplings ${densities} held-out densities, ${particles} particles each, until t = ` +
        `${options.finalTime} in steps of ${settings.tau}. The order parameter r is compared with that of exact JKO steps, which is ` +
        "the error of the operator, and with that of the equation, to which the error of the time step belongs. Per-step networks " +
        "are trained on the same particles.",
      tables: [errorTable(found), tally.table()],
      charts: [courseChart(found), rampChart(found)],
    },
  ];
}

function errorTable({ methods }: KuramotoFindings): TableSpec {
  const right = { align: "right" } as const;
  const pair = (group: string) => [
    { label: "median", group, ...right },
    { label: "max", group, ...right },
  ];
  return {
    title: "Errors, and seconds a step",
    explanation:
      "The displacement of the first step; r over the time against exact JKO steps and the equation, and at the end.",
    rowHeading: "Method",
    columns: [
      ...pair("first step, %"),
      ...pair("r, JKO steps"),
      ...pair("r, equation"),
      ...pair("r at the end"),
      { label: "s a step", ...right },
    ],
    rows: Object.entries(methods).map(([name, { label, step, chain, course, final, seconds }]) => ({
      label,
      ...(name === "operator" ? { role: "subject" as const } : {}),
      cells: [
        ...[step, chain, course, final].flatMap((error) => [error?.median ?? null, error?.max ?? null]),
        seconds ?? null,
      ],
    })),
  };
}

/** One density at every other coupling: seven curves would be too many to tell apart. */
function courseChart({
  courses,
  settings,
}: KuramotoFindings): LineChartSpec & { readonly explanation: string } {
  const { densities } = settings.evaluation;
  const some = courses.filter((_, i) => i % (2 * densities) === 0);
  const curve = (orders: readonly number[]): Point[] => orders.map((r, k) => [k * settings.tau, r] as const);
  const series = some.flatMap(({ start, orders }): Series[] => [
    { name: `K = ${start.coupling}`, points: curve(orders) },
    { name: "", points: curve(start.truth.slice(0, orders.length)), dash: "dotted", colour: "#767676" },
  ]);
  return {
    title: "Order parameter of one density at some couplings",
    explanation: "Lines: the learned operator. Dotted: the equation.",
    x: { label: "time t" },
    y: { label: "order parameter r", domain: [0, 1] },
    series,
  };
}

/** The coupling grows through the transition while the density evolves. */
function rampChart({ ramp, options }: KuramotoFindings): LineChartSpec & { readonly explanation: string } {
  const { secondHarmonic } = options;
  const against = (orders: readonly number[]): Point[] =>
    orders.map((r, k) => [ramp.couplings[k], r] as const);
  const { from, to, time } = options.ramp;
  const branch = Array.from({ length: 201 }, (_, i): Point => {
    const coupling = from + ((to - from) * i) / 200;
    return [coupling, settledState({ coupling, secondHarmonic }).first];
  });
  return {
    title: "Through the transition: the coupling grows with the time",
    explanation: `K grows evenly from ${from} to ${to} until t = ${time}; the density follows the steady states late, as the equation's does.`,
    x: { label: "coupling K(t), 1/time" },
    y: { label: "order parameter r", domain: [0, 1] },
    series: [
      { name: "learned operator", points: against(ramp.operator) },
      { name: "equation", points: against(ramp.truth), dash: "dotted" },
      { name: "steady states", points: branch, dash: "dashed" },
    ],
  };
}
