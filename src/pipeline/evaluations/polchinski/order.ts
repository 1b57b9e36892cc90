/** @file The order of JKO steps in a metric and an energy that change in time, on a Gaussian, where steps have a closed form. */

import { check } from "../../../check/check.ts";
import { later } from "../../../jko/flow.ts";
import type { GaussianParameters } from "../../../measures/gaussian.ts";
import { observedOrder } from "../../../metrics/statistics.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { affineStepMoments } from "../../../systems/polchinski/affine.ts";
import { polchinski } from "../../../systems/polchinski/flow.ts";
import type { CovarianceSchedule } from "../../../systems/polchinski/schedules.ts";
import { polchinskiTransition, transitionMoments } from "../../../systems/polchinski/transition.ts";
import type { Evaluation, Findings } from "../../definition.ts";

export interface PolchinskiOrderOptions {
  /** Of one mode. */
  readonly schedule: CovarianceSchedule;
  /** `λ` of the potential `V_0 = ½λφ²`. */
  readonly lambda: number;
  /** Time steps, the largest first; all divide the final time. */
  readonly steps: readonly number[];
  readonly finalTime: number;
}

/** The variance at the end by exact JKO steps of a Gaussian, against the exact law, for several time steps. */
export function polchinskiOrderSuite(options: PolchinskiOrderOptions): Evaluation {
  const { schedule, lambda, steps, finalTime } = options;
  check(
    schedule.dimension === 1,
    () => `polchinskiOrderSuite: the schedule must have one mode, got ${schedule.dimension}`,
  );
  const initial: GaussianParameters = { mean: [0], covariance: [[1 / (schedule.precision(0)[0] + lambda)]] };
  return {
    suite: "order",
    async run() {
      const exact = transitionMoments(polchinskiTransition(schedule, { to: finalTime }), initial);
      const errors = steps.map((tau) => {
        let state = initial;
        const flow = polchinski({ schedule, tau });
        for (let k = 0; k < Math.round(finalTime / tau); k++)
          state = affineStepMoments(later(flow, k * tau), state);
        return state.covariance[0][0] - exact.covariance[0][0];
      });
      const slope = steps.length > 1 ? observedOrder(steps, errors) : Number.NaN;
      return findingsOf(options, { exact: exact.covariance[0][0], errors, slope });
    },
  };
}

interface OrderErrors {
  readonly exact: number;
  /** One for each time step. */
  readonly errors: readonly number[];
  readonly slope: number;
}

function findingsOf(options: PolchinskiOrderOptions, found: OrderErrors): Findings {
  const { steps, lambda, finalTime } = options;
  const { exact, errors, slope } = found;
  return {
    metrics: {
      "order.exact": exact,
      "order.slope": slope,
      ...Object.fromEntries(steps.map((tau, k) => [`order.error.${tau}`, errors[k]])),
    },
    sections: [
      {
        title: "Order in the time step",
        explanation:
          `A Gaussian, V₀ = ½·${lambda}φ², whose JKO steps are affine maps in closed form: the variance at t = ${finalTime} against the exact ${exact.toPrecision(6)}. ` +
          "Metric and energy are taken at the end of every step.",
        tables: [errorTable(steps, found)],
        charts: [errorChart(steps, errors)],
      },
    ],
  };
}

function errorTable(steps: readonly number[], { errors, slope }: OrderErrors): TableSpec {
  const right = { align: "right" } as const;
  return {
    title: "Error of the variance",
    rowHeading: "",
    columns: [
      ...steps.map((tau) => ({ label: `${tau}`, group: "τ", ...right })),
      { label: "slope", ...right },
    ],
    rows: [{ label: "JKO − exact", role: "subject", cells: [...errors, slope] }],
  };
}

function errorChart(steps: readonly number[], errors: readonly number[]): LineChartSpec {
  const ascending = steps.map((_, k) => steps.length - 1 - k);
  const first = 0.7 * Math.abs(errors[0]);
  return {
    title: "Error of the variance",
    x: { label: "time step τ", type: "log" },
    y: { label: "|error of the variance|", type: "log" },
    series: [
      {
        name: "JKO steps",
        colour: methodColours.operator,
        dots: true,
        points: ascending.map((k) => [steps[k], Math.abs(errors[k])] as const),
      },
      {
        name: "slope 1",
        colour: methodColours.identity,
        dash: "dotted",
        points: ascending.map((k) => [steps[k], (first * steps[k]) / steps[0]] as const),
      },
    ],
    width: 560,
    height: 340,
  };
}
