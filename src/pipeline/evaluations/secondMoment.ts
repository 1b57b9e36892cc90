/** @file The law of the second moment: what a Keller–Segel equation does to it whatever the density. */

import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import type { Evaluation } from "../definition.ts";
import { conduct } from "./conduct.ts";

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
    async run({ model, engine, problem, settings, key, progress, signal }) {
      if (model === undefined) throw new Error("the law of the second moment needs a trained operator");
      const { densities, particles, steps: listed } = settings.evaluation;
      const { tau } = model.flow;
      const operator = {
        flow: model.flow,
        evaluate: fieldEvaluator(engine, model),
        context: settings.evaluation.context,
      };
      let items = Array.from({ length: densities }, (_, i) => {
        const own = foldIn(foldIn(key, "second moment"), i);
        const rho = problem.family.draw(foldIn(own, "density"));
        const cloud = sampleCloud(rho, foldIn(own, "particles"), particles);
        return { cloud, state: initialOperatorState(cloud, foldIn(own, "context")) };
      });
      const start = mean(items.map(({ cloud }) => secondMoment(cloud)));
      const last = Math.max(...listed);
      let moved = 0;
      const tally = conduct();
      const course: (readonly [number, number])[] = [[0, start]];
      const byStep: Record<number, { equation: number; step: number }> = {};
      for (let k = 1; k <= last; k++) {
        signal.throwIfAborted();
        const results = await stepClouds(operator, items);
        moved += mean(results.map(({ cloud }, i) => squaredMotion(items[i].cloud, cloud)));
        results.forEach(tally.record);
        items = results;
        const growth = mean(items.map(({ cloud }) => secondMoment(cloud))) - start;
        course.push([k * tau, start + growth]);
        if (listed.includes(k)) {
          const expected = rate * k * tau;
          byStep[k] = {
            equation: 100 * Math.abs(growth / expected - 1),
            step: (100 * Math.abs(growth + moved - expected)) / expected,
          };
        }
        progress(`step ${k} of ${last}`, k / last);
      }
      return {
        metrics: {
          ...Object.fromEntries(
            Object.entries(byStep).flatMap(([k, errors]) => [
              [`secondMoment.equation.${k}`, errors.equation],
              [`secondMoment.step.${k}`, errors.step],
            ]),
          ),
          ...tally.metrics("secondMoment"),
        },
        sections: [
          {
            title: "The second moment",
            explanation:
              `${densities} held-out members of the training family, ${particles} particles each, all together. Every solution of the ` +
              "equation has a second moment that grows at the same constant rate, and every exact JKO step satisfies an identity.",
            tables: [
              {
                title: "Growth of E|x|² off what it must be, %",
                columns: listed.map((k) => ({ label: `${k} steps` })),
                rows: [
                  {
                    label: "against the equation",
                    cells: listed.map((k) => byStep[k].equation),
                  },
                  {
                    label: "against the identity of exact JKO steps",
                    cells: listed.map((k) => byStep[k].step),
                  },
                ],
              },
              tally.table(),
            ],
            charts: [
              {
                title: "Second moment in time",
                x: { label: "time" },
                y: { label: "E|x|²" },
                series: [
                  { name: "operator", points: course },
                  {
                    name: "equation",
                    points: course.map(([t]) => [t, start + rate * t] as const),
                    dash: "dashed",
                  },
                ],
              },
            ],
          },
        ],
      };
    },
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
