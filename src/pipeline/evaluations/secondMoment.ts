/** @file The law of the second moment: what a Keller–Segel equation does to it whatever the density. */

import type { Cloud } from "../../measures/cloud.ts";
import type { LineChartSpec } from "../../report/lineChart.ts";
import type { TableSpec } from "../../report/tables.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { type Conduct, conduct } from "./conduct.ts";
import { familyRollOut, operatorOf } from "./familyRollOut.ts";

/**
 * Rolls held-out members of the training family of a Keller–Segel flow out and follows `E|x|²`. For unit mass in the plane
 *
 *     d/dt E|x|² = 4(1 − χ/8π),     E|T|² = E|x|² + 2τ(2 − χ/4π) − E|T − x|²,
 *
 * the first for the equation, the second for every exact JKO step: their difference is the error of the time step.
 *
 * @param options.sensitivity `χ`.
 */
export function secondMomentLaw(options: { readonly sensitivity: number }): Evaluation {
  const rate = 4 * (1 - options.sensitivity / (8 * Math.PI));
  return {
    suite: "secondMoment",
    async run(context) {
      const { evaluation } = context.settings;
      const tally = conduct();
      const course = await follow(context, Math.max(...evaluation.steps), tally);
      const errors = evaluation.steps.map((k) => ({ k, ...errorsAfter(course, k, rate) }));
      return {
        metrics: {
          ...Object.fromEntries(
            errors.flatMap(({ k, equation, step }) => [
              [`secondMoment.equation.${k}`, equation],
              [`secondMoment.step.${k}`, step],
            ]),
          ),
          ...tally.metrics("secondMoment"),
        },
        sections: [
          {
            title: "The second moment",
            explanation:
              `${evaluation.densities} held-out members of the training family, ${evaluation.particles} particles each, all together. Every solution of the ` +
              "equation has a second moment that grows at the same constant rate, and every exact JKO step satisfies an identity.",
            tables: [errorTable(errors), tally.table()],
            charts: [chartOf(course, rate)],
          },
        ],
      };
    },
  };
}

/** After 0, 1, … steps, means over all densities. */
type Course = readonly {
  readonly time: number;
  /** `E|x|²`. */
  readonly moment: number;
  /** The sum over the steps so far of `E|T − x|²`. */
  readonly moved: number;
}[];

async function follow(context: EvaluationContext, steps: number, tally: Conduct): Promise<Course> {
  const operator = operatorOf(context, "the law of the second moment");
  const { densities } = context.settings.evaluation;
  const options = { operator, label: "second moment", densities, steps, tally };
  const course: { time: number; moment: number; moved: number }[] = [];
  let before: readonly Cloud[] = [];
  for await (const clouds of familyRollOut(context, options)) {
    const moved = before.length === 0 ? 0 : mean(clouds.map((cloud, i) => squaredMotion(before[i], cloud)));
    course.push({
      time: course.length * operator.flow.tau,
      moment: mean(clouds.map(secondMoment)),
      moved: (course.at(-1)?.moved ?? 0) + moved,
    });
    before = clouds;
  }
  return course;
}

/** How far the growth is off the equation's, and off that of exact JKO steps, in %. */
function errorsAfter(course: Course, k: number, rate: number): { equation: number; step: number } {
  const { time, moment, moved } = course[k];
  const expected = rate * time;
  const off = (growth: number) => (100 * Math.abs(growth - expected)) / Math.abs(expected);
  const growth = moment - course[0].moment;
  return { equation: off(growth), step: off(growth + moved) };
}

function errorTable(errors: readonly { k: number; equation: number; step: number }[]): TableSpec {
  return {
    title: "Growth of E|x|² off what it must be, %",
    columns: errors.map(({ k }) => ({ label: `${k} steps` })),
    rows: [
      { label: "against the equation", cells: errors.map(({ equation }) => equation) },
      { label: "against the identity of exact JKO steps", cells: errors.map(({ step }) => step) },
    ],
  };
}

function chartOf(course: Course, rate: number): LineChartSpec {
  return {
    title: "Second moment in time",
    x: { label: "time" },
    y: { label: "E|x|²" },
    series: [
      { name: "operator", points: course.map(({ time, moment }) => [time, moment] as const) },
      {
        name: "equation",
        points: course.map(({ time }) => [time, course[0].moment + rate * time] as const),
        dash: "dashed",
      },
    ],
  };
}

function secondMoment({ positions, count }: Cloud): number {
  let sum = 0;
  for (const x of positions) sum += x * x;
  return sum / count;
}

function squaredMotion(before: Cloud, after: Cloud): number {
  let sum = 0;
  for (let i = 0; i < before.positions.length; i++) sum += (after.positions[i] - before.positions[i]) ** 2;
  return sum / before.count;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
