/** @file The section of a report on large steps. */

import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { LargeStepOptions, LargeStepOutcome } from "./largeSteps.ts";

type Chart = LineChartSpec & { readonly explanation: string };

export function largeStepReport(
  options: LargeStepOptions,
  outcomes: readonly LargeStepOutcome[],
): readonly ReportSection[] {
  const { finalTime, seeds } = options;
  const methods = [...new Map(outcomes.map(({ method }) => [method.id, method])).values()];
  return [
    {
      title: "Large steps",
      explanation:
        `Growth of the energy until t = ${finalTime}, which the equation keeps, in the mean over ${seeds} samples of each size. Fields are affine: with ` +
        "the linear log-determinant their minimiser is known in closed form and does not depend on the step, so that it is as stable as an explicit " +
        "step; with the exact one they are found by L-BFGS.",
      tables: [growthTable(options, outcomes), foldTable(options, outcomes)],
      charts: [growthChart(options, outcomes, methods), timeChart(options, outcomes)],
    },
  ];
}

const right = { align: "right" } as const;

function growthTable({ taus, counts }: LargeStepOptions, outcomes: readonly LargeStepOutcome[]): TableSpec {
  return table({
    title: "Relative growth of the energy (%)",
    columns: taus.map((tau) => ({ label: `τ = ${tau}`, ...right })),
    counts,
    outcomes,
    cells: (own) =>
      taus.map((tau) => 100 * (own.find((outcome) => outcome.tau === tau)?.growth ?? Number.NaN)),
  });
}

function foldTable(
  { taus, counts, seeds, finalTime }: LargeStepOptions,
  outcomes: readonly LargeStepOutcome[],
): TableSpec {
  return {
    ...table({
      title: "Steps with a fold, and steps in which the carried entropy rose",
      columns: taus.flatMap((tau) => [
        { label: "folds", group: `τ = ${tau}, of ${seeds * Math.round(finalTime / tau)}`, ...right },
        { label: "rises", group: `τ = ${tau}, of ${seeds * Math.round(finalTime / tau)}`, ...right },
      ]),
      counts,
      outcomes,
      cells: (own) =>
        taus.flatMap((tau) => {
          const found = own.find((outcome) => outcome.tau === tau);
          return [String(found?.folds ?? ""), String(found?.rises ?? "")];
        }),
    }),
    explanation:
      "A step folds where the determinant of its map is not positive at some particle: it is no transport map then.",
  };
}

function table(spec: {
  readonly title: string;
  readonly columns: TableSpec["columns"];
  readonly counts: readonly number[];
  readonly outcomes: readonly LargeStepOutcome[];
  readonly cells: (own: readonly LargeStepOutcome[]) => TableSpec["rows"][number]["cells"];
}): TableSpec {
  const { title, columns, counts, outcomes, cells } = spec;
  const ids = [...new Set(outcomes.map(({ method }) => method.id))];
  return {
    title,
    rowHeading: "Method",
    columns: [{ label: "particles", ...right }, ...columns],
    rows: ids.flatMap((id) =>
      counts.map((count) => {
        const own = outcomes.filter((outcome) => outcome.method.id === id && outcome.count === count);
        return { label: own[0].method.name, cells: [String(count), ...cells(own)] };
      }),
    ),
  };
}

function growthChart(
  { counts, taus }: LargeStepOptions,
  outcomes: readonly LargeStepOutcome[],
  methods: readonly LargeStepOutcome["method"][],
): Chart {
  const most = counts[counts.length - 1];
  return {
    title: "Growth of the energy against the step",
    explanation: `${most} particles. Explicit steps heat by τ² E|U|² each.`,
    x: { label: "step τ", domain: [0, 1.05 * Math.max(...taus)] },
    y: { label: "relative growth of E|v|²", type: "log" },
    series: methods.map((method) => ({
      name: method.name,
      colour: method.colour,
      ...(method.dash === undefined ? {} : { dash: method.dash }),
      dots: true,
      points: outcomes
        .filter((outcome) => outcome.method.id === method.id && outcome.count === most)
        .map(({ tau, growth }) => [tau, growth] as const),
    })),
    width: 760,
    height: 400,
  };
}

function timeChart({ counts, taus }: LargeStepOptions, outcomes: readonly LargeStepOutcome[]): Chart {
  const [most, tau] = [counts[counts.length - 1], taus[taus.length - 1]];
  const shown = outcomes.filter((outcome) => outcome.count === most && outcome.tau === tau);
  return {
    title: `Energy in time by steps of ${tau}`,
    explanation: `${most} particles, the first sample.`,
    x: { label: "time" },
    y: { label: "E|v|²", type: "log" },
    series: shown.map(({ method, course }) => ({
      name: method.name,
      colour: method.colour,
      ...(method.dash === undefined ? {} : { dash: method.dash }),
      dots: true,
      points: course.times.map((time, k) => [time, course.energy + course.energyGains[k]] as const),
    })),
    width: 760,
    height: 400,
  };
}
