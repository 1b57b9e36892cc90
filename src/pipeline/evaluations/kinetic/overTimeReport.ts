/** @file What JKO and score matching looked like in time: numbers, a table and charts. */

import { methodColours } from "../../../report/colours.ts";
import type { Series } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { Findings } from "../../definition.ts";
import type { DriftCourse } from "./course.ts";
import type { DriftTimeOptions, TimeMethod } from "./overTime.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

type Digest = ReturnType<typeof digest>;
type Chart = NonNullable<ReportSection["charts"]>[number];

/** What the seeds of one method show together. */
function digest({ steps, tau }: DriftTimeOptions, courses: readonly DriftCourse[]) {
  const late = Math.floor(0.8 * steps);
  const root = (course: DriftCourse) => course.squares.map(Math.sqrt);
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));
  return {
    meanSquare: mean(courses.map(({ squares }) => mean(squares))),
    largest: Math.max(...courses.map(({ squares }) => mean(squares))),
    late: mean(courses.map((course) => mean(root(course).slice(late)))),
    lateSpread: mean(courses.map((course) => spread(root(course).slice(late)))),
    rises: courses.reduce(
      (sum, { energies }) => sum + energies.filter((e, k) => e > energies[k - 1]).length,
      0,
    ),
    energyEnd: mean(courses.map(({ energies }) => energies[energies.length - 1])),
    uncertified: courses.reduce((sum, { uncertified }) => sum + uncertified, 0),
    meanError: Math.max(...courses.map(({ ownMeanError }) => ownMeanError)),
    covarianceError: Math.max(...courses.map(({ ownCovarianceError }) => ownCovarianceError)),
    secondsPerStep: mean(courses.map(({ seconds }) => seconds)) / steps,
    curve: Array.from(
      { length: steps },
      (_, k) => [(k + 1) * tau, mean(courses.map((c) => root(c)[k]))] as const,
    ),
    band: Array.from({ length: steps }, (_, k) => {
      const values = courses.map((course) => root(course)[k]);
      return [(k + 1) * tau, Math.min(...values), Math.max(...values)] as const;
    }),
  };
}

export function timeFindings(
  options: DriftTimeOptions,
  methods: readonly TimeMethod[],
  courses: readonly (readonly DriftCourse[])[],
): Findings {
  const { seeds, particles, network } = options;
  const digests = courses.map((own) => digest(options, own));
  const metrics: Record<string, number> = {};
  for (const [m, { id }] of methods.entries()) {
    const { curve: _curve, band: _band, ...numbers } = digests[m];
    for (const [name, value] of Object.entries(numbers)) metrics[`time.${id}.${name}`] = value;
  }
  const score = methods.findIndex(({ id }) => id === "score");
  metrics["time.exact.overScore"] = digests[0].meanSquare / digests[score].meanSquare;
  const crossing = crossingTime(digests[0].curve, digests[score].curve);
  if (crossing !== undefined) metrics["time.exact.crossing"] = crossing;
  const width = `${network.hidden.length}×${network.hidden[0]}`;
  return {
    metrics,
    sections: [
      {
        title: "JKO and score matching in time",
        explanation:
          `One tanh network, ${width}, with ${network.iterations} iterations of Adam a step, on ${particles} particles; ${seeds} ` +
          `${seeds === 1 ? "sample" : "samples"}. Score matching makes the explicit step u = −ε(ṽ + T s) with the score s that the same ` +
          "network learns in the same number of iterations. Before the first step both are fitted to the score of the initial density.",
        notes: [
          crossing === undefined
            ? "At the end score matching is the more accurate one."
            : `JKO with the exact log-determinant stays below score matching from t = ${crossing.toFixed(2)} on.`,
          "An energy below that of the equation is a sign that the network has fitted the sample: the particles' log-densities then grow " +
            "more even than the density is.",
        ],
        tables: [errorsTable(options, methods, digests)],
        charts: [driftChart(methods, digests), energyChart(options, methods, courses)],
      },
    ],
  };
}

function errorsTable(
  { law, steps, tau }: DriftTimeOptions,
  methods: readonly TimeMethod[],
  digests: readonly Digest[],
): TableSpec {
  const lastEnergy = law.system.freeEnergy(law.system.flow(law.initial, steps * tau));
  return {
    title: "Errors of the drift",
    explanation:
      "Late is the last fifth of the time; its spread is the standard deviation over these steps. Moments at the end are held " +
      "against the moment equations from the particles' own first moments; the worst sample counts.",
    rowHeading: "Method",
    columns: [
      { label: "mean square", group: "error of the drift" },
      { label: "worst sample", group: "error of the drift" },
      { label: "late RMS", group: "error of the drift" },
      { label: "late spread", group: "error of the drift" },
      { label: "mean, %", group: "moments at the end" },
      { label: "covariance, %", group: "moments at the end" },
      { label: "E − E* at the end" },
      { label: "energy rises" },
      { label: "uncertified" },
      { label: "seconds a step" },
    ],
    rows: methods.map(({ name, id }, m) => {
      const d = digests[m];
      return {
        label: name,
        role: id === "closed" ? ("reference" as const) : ("subject" as const),
        cells: [
          d.meanSquare,
          d.largest,
          d.late,
          d.lateSpread,
          100 * d.meanError,
          100 * d.covarianceError,
          d.energyEnd - lastEnergy,
          d.rises,
          d.uncertified,
          d.secondsPerStep,
        ],
      };
    }),
  };
}

function driftChart(methods: readonly TimeMethod[], digests: readonly Digest[]): Chart {
  return {
    title: "Error of the drift in time",
    explanation: "Mean over the samples, and their range.",
    x: { label: "time" },
    y: { label: "RMS error of the drift", type: "log" },
    series: methods.map(({ name, colour, id }, m) => ({
      name,
      colour,
      points: digests[m].curve,
      band: digests[m].band,
      dash: id === "closed" ? ("dashed" as const) : ("solid" as const),
    })),
    width: 620,
    height: 340,
  };
}

function energyChart(
  { law, steps, tau }: DriftTimeOptions,
  methods: readonly TimeMethod[],
  courses: readonly (readonly DriftCourse[])[],
): Chart {
  const exactEnergy = Array.from(
    { length: steps + 1 },
    (_, k) => [k * tau, law.system.freeEnergy(law.system.flow(law.initial, k * tau))] as const,
  );
  const energySeries: Series[] = methods.map(({ name, colour }, m) => ({
    name,
    colour,
    points: courses[m][0].times.map((t, k) => [t, courses[m][0].energies[k]] as const),
  }));
  return {
    title: "Free energy in time",
    explanation:
      "Of the first sample, by the log-densities that its particles carry; the exact one is that of the equation.",
    x: { label: "time" },
    y: { label: "E(f)" },
    series: [
      ...energySeries,
      { name: "exact", colour: methodColours.identity, dash: "dashed", points: exactEnergy },
    ],
    width: 620,
    height: 340,
  };
}

/** The time from which on the first curve stays below the second, the first time of all where it always is; undefined where it ends above. */
function crossingTime(
  first: readonly (readonly [number, number])[],
  second: readonly (readonly [number, number])[],
): number | undefined {
  for (let k = first.length - 1; k >= 0; k--) {
    if (first[k][1] >= second[k][1]) return first[k + 1]?.[0];
  }
  return first[0]?.[0];
}
