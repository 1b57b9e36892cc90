/** @file What the order of a kinetic scheme looked like: slopes, tables and charts on logarithmic axes. */

import { observedOrder } from "../../../metrics/statistics.ts";
import { methodColours } from "../../../report/colours.ts";
import type { Series } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { Findings } from "../../definition.ts";
import { type DriftCourse, rootMean } from "./course.ts";
import type { DriftOrderOptions, OrderMethod } from "./order.ts";

export function orderFindings(
  options: DriftOrderOptions,
  methods: readonly OrderMethod[],
  courses: readonly (readonly DriftCourse[])[],
): Findings {
  const { steps, finalTime } = options;
  const rms = courses.map((own) => own.map(({ squares }) => rootMean(squares)));
  const gap = courses.map((own) => own.map(({ gaps }) => (gaps.length === 0 ? null : rootMean(gaps))));
  const covariance = courses.map((own) => own.map(({ covarianceDistance }) => covarianceDistance));
  const metrics: Record<string, number> = {};
  for (const [m, { id }] of methods.entries()) {
    metrics[`order.${id}.slope`] = slopeOf(steps, rms[m]);
    metrics[`order.${id}.covarianceSlope`] = slopeOf(steps, covariance[m]);
    for (const [k, tau] of steps.entries()) {
      metrics[`order.${id}.rms.${tau}`] = rms[m][k];
      metrics[`order.${id}.covariance.${tau}`] = covariance[m][k];
      const distance = gap[m][k];
      if (distance !== null) metrics[`order.${id}.gap.${tau}`] = distance;
    }
  }
  const table = tableOf(options, methods);
  return {
    metrics,
    sections: [
      {
        title: "Order of the scheme in the time step",
        explanation:
          `The drift u = (v − ṽ)/Δt of every step against the exact one at its end, u* = −ε(v − T[Σ⁻¹(z − μ)]ᵥ), over the pushed particles ` +
          `and averaged up to t = ${finalTime}. The root of the mean square is of order one; the mean square itself, of order two.`,
        notes: [
          "A finite sample adds an error of its own, which does not fall with the step: the closed form sees it through the particles' " +
            "moments, a network through all that it can fit.",
        ],
        tables: [
          table("Root mean square of the drift's error", "Slopes are fitted to all steps.", rms),
          table(
            "Root mean square distance of a network's drift from the closed form",
            "Both from the same particles.",
            gap,
          ),
          table(
            `Error of the covariance at t = ${finalTime}`,
            "Frobenius norm, against the moment equations.",
            covariance,
          ),
        ],
        charts: [
          chart("Error of the drift", "RMS error of the drift", { steps, methods, values: rms }),
          chart("Error of the covariance", "‖Σ − Σ*‖ at the end", { steps, methods, values: covariance }),
        ],
      },
    ],
  };
}

/** One time step leaves no slope to fit. */
function slopeOf(steps: readonly number[], errors: readonly number[]): number {
  return steps.length > 1 ? observedOrder(steps, errors) : Number.NaN;
}

/** A table of errors, a method a row and a time step a column. */
function tableOf({ steps }: DriftOrderOptions, methods: readonly OrderMethod[]) {
  return (
    title: string,
    explanation: string,
    values: readonly (readonly (number | null)[])[],
  ): TableSpec => ({
    title,
    explanation,
    rowHeading: "Method",
    columns: [
      { label: "particles" },
      ...steps.map((tau) => ({ label: `${tau}`, group: "Δt" })),
      { label: "slope" },
    ],
    rows: methods.flatMap(({ name, particles, isNetwork }, m) =>
      values[m].every((value) => value === null)
        ? []
        : [
            {
              label: name,
              role: isNetwork ? ("subject" as const) : ("reference" as const),
              cells: [particles, ...values[m], slopeOf(steps, values[m] as readonly number[])],
            },
          ],
    ),
  });
}

function chart(
  title: string,
  label: string,
  data: {
    readonly steps: readonly number[];
    readonly methods: readonly OrderMethod[];
    readonly values: readonly (readonly number[])[];
  },
) {
  const { steps, methods, values } = data;
  const ascending = steps.map((_, k) => steps.length - 1 - k);
  const lowest = Math.min(...values.map((row) => row[0]));
  // Closed forms lie on top, dashed, where a network has found them.
  const order = [...methods.keys()].sort(
    (a, b) => Number(methods[b].isNetwork) - Number(methods[a].isNetwork),
  );
  const series: Series[] = order.map((m) => ({
    name: methods[m].name,
    colour: methods[m].colour,
    dash: methods[m].isNetwork ? "solid" : "dashed",
    dots: methods[m].isNetwork,
    points: ascending.map((k) => [steps[k], values[m][k]] as const),
  }));
  series.push({
    name: "slope 1",
    colour: methodColours.identity,
    dash: "dotted",
    points: ascending.map((k) => [steps[k], (0.75 * lowest * steps[k]) / steps[0]] as const),
  });
  return {
    title,
    x: { label: "time step Δt", type: "log" as const },
    y: { label, type: "log" as const },
    series,
    width: 560,
    height: 340,
  };
}
