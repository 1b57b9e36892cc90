/** @file What relaxation to a Gibbs measure came to: numbers, tables and the free energy in time. */

import { methodColours } from "../../report/colours.ts";
import type { LineChartSpec } from "../../report/lineChart.ts";
import type { TableSpec } from "../../report/tables.ts";
import type { Findings } from "../definition.ts";
import type { Conduct } from "./conduct.ts";
import { type Course, transferWindow } from "./equilibriumCourse.ts";
import { medianAndMax } from "./law.ts";
import { transferRate } from "./transferRate.ts";

/** What the suite was run with, as far as its report says it. */
interface Setting {
  readonly tau: number;
  readonly diffusion: number;
  readonly steps: number;
  /** `F_∞ = −D log Z`. */
  readonly leastFreeEnergy: number;
}

/** Metrics and sections of all densities together. */
export function equilibriumReport(courses: readonly Course[], tally: Conduct, setting: Setting): Findings {
  const quantities = quantitiesOf(courses, setting);
  const rates = ratesOf(courses);
  return {
    metrics: {
      ...tally.metrics("equilibrium"),
      ...(rates && {
        "equilibrium.rateError": 100 * Math.abs(rates.operator / rates.equation - 1),
        "equilibrium.rateTimeError": 100 * Math.abs(rates.exact / rates.equation - 1),
      }),
      ...Object.fromEntries(
        quantities.flatMap(({ name, summary }) =>
          Object.entries(summary ?? {}).map(([which, value]) => [`equilibrium.${name}.${which}`, value]),
        ),
      ),
    },
    sections: [
      {
        title: "Relaxation to the steady state",
        explanation:
          `${courses.length} held-out products of bimodal densities, ${setting.steps} steps, against finite volumes for the ` +
          "equation and the exact JKO chain of the same time step.",
        tables: [
          {
            title: "Free energy and distance to the steady state",
            columns: [{ label: "median" }, { label: "largest" }],
            rows: quantities.map(({ label, summary }) => ({
              label,
              cells: [summary?.median ?? null, summary?.max ?? null],
            })),
          },
          ...(rates === undefined ? [] : [rateTable(rates)]),
          tally.table(),
        ],
        charts: [chartOf(courses[0], setting)],
      },
    ],
  };
}

/** What is measured of every density, with its median and its largest value. */
function quantitiesOf(courses: readonly Course[], { diffusion, leastFreeEnergy }: Setting) {
  const deviation = (curve: "operator" | "exact") => (course: Course) => {
    const scale = course.equation[0] - leastFreeEnergy;
    return Math.max(...course.equation.map((value, k) => Math.abs(course[curve][k] - value) / scale));
  };
  const excess = ({ klOperator, klExact }: Course) => klOperator - klExact;
  const quantities: readonly (readonly [name: string, label: string, of: (course: Course) => number])[] = [
    ["freeEnergyError", "operator: largest |F − F_equation| / (F_0 − F_∞)", deviation("operator")],
    [
      "freeEnergyTimeError",
      "exact JKO chain: the same, the error of the time step alone",
      deviation("exact"),
    ],
    ["kl", "operator: KL to the steady state at the end", ({ klOperator }) => klOperator],
    ["klExact", "exact JKO chain: KL to the steady state at the end", ({ klExact }) => klExact],
    ["klExcess", "operator beyond the exact JKO chain", excess],
    ["gap", "operator: F − F∞ at the end", ({ klOperator }) => diffusion * klOperator],
    [
      "gapExcess",
      "operator: F at the end beyond the exact JKO chain's",
      (course) => diffusion * excess(course),
    ],
    [
      "massError",
      "mass right of a barrier at the end, operator against the exact JKO chain",
      ({ massError }) => massError,
    ],
  ];
  return quantities.map(([name, label, of]) => ({ name, label, summary: medianAndMax(courses.map(of)) }));
}

/** Rates of transfer of all densities together; undefined where roll-outs are too short for one. */
function ratesOf(courses: readonly Course[]) {
  const all = (method: keyof Course["transfers"]) => courses.flatMap(({ transfers }) => transfers[method]);
  if (all("equation").length === 0) return undefined;
  const signs = all("equation").map(({ start }) => Math.sign(start));
  const duration = transferWindow[1] - transferWindow[0];
  const rate = (method: keyof Course["transfers"]) => transferRate(all(method), { duration, signs });
  return { operator: rate("operator"), exact: rate("exact"), equation: rate("equation") };
}

function rateTable(rates: NonNullable<ReturnType<typeof ratesOf>>): TableSpec {
  return {
    title: `Rate at which mass crosses the barrier at 0, between t = ${transferWindow.join(" and ")}`,
    columns: [{ label: "1/time" }],
    rows: [
      { label: "operator", role: "subject", cells: [rates.operator] },
      { label: "exact JKO chain", role: "reference", cells: [rates.exact] },
      { label: "finite volumes", role: "reference", cells: [rates.equation] },
    ],
  };
}

function chartOf(course: Course, { tau, leastFreeEnergy }: Setting): LineChartSpec {
  const points = (values: readonly number[]) =>
    values.map((value, k) => [k * tau, value - leastFreeEnergy] as const);
  return {
    title: "Free energy above its minimum, first density",
    x: { label: "time" },
    y: { label: "F − F∞", type: "log" },
    series: [
      { name: "operator", points: points(course.operator), colour: methodColours.operator },
      { name: "exact JKO", points: points(course.exact), colour: methodColours.exact, dash: "dashed" },
      {
        name: "finite volumes",
        points: points(course.equation),
        colour: methodColours.euler,
        dash: "dotted",
      },
    ],
  };
}
