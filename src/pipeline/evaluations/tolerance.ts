/** @file Tolerance: do refined steps meet what was asked for, and what does that cost. */

import { relativeDistance } from "../../jko/halving.ts";
import { perStepSolver } from "../../jko/perStep.ts";
import { refinedSolver } from "../../jko/refined.ts";
import type { Solver } from "../../jko/solver.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import type { EvaluationContext, Findings } from "../definition.ts";
import { medianAndMax } from "./law.ts";
import { type TestFlow, testLaws } from "./testSteps.ts";

/** Tolerances that are tried, as parts of the density's width; 0.01 is 0.01 % of unexplained variance. */
const tolerances = [0.02, 0.01, 0.005];
/** Of each law. */
const mostDensities = 6;

interface Trial {
  readonly method: string;
  /** Undefined for the solvers that know of none. */
  readonly tolerance: number | undefined;
  readonly error: number;
  readonly seconds: number;
}

/** The first steps of held-out densities, the hardest, by the operator, by the per-step solver, and refined to tolerances. */
export async function heldSteps(context: EvaluationContext, options: TestFlow): Promise<readonly Trial[]> {
  const { model, engine, problem, settings, key, progress, signal, clock } = context;
  if (model === undefined) throw new Error("the trust suite needs a trained operator");
  const { flow } = problem;
  const first = operatorSolver(engine, model, { context: settings.evaluation.context });
  const second = perStepSolver(engine);
  const methods: readonly { method: string; tolerance?: number; solver: Solver<unknown> }[] = [
    { method: "operator", solver: first },
    { method: "perStep", solver: second },
    ...tolerances.map((tolerance) => ({
      method: "refined",
      tolerance,
      solver: refinedSolver(engine, { first, second }, { tolerance, per: flow.tau }),
    })),
  ];
  const densities = Math.min(mostDensities, settings.evaluation.densities);
  const trials: Trial[] = [];
  for (const [law, draw] of Object.entries(testLaws)) {
    // The first density compiles what is needed and is not counted.
    for (let i = 0; i <= densities; i++) {
      signal.throwIfAborted();
      progress(`tolerances, ${law}, ${i} of ${densities}`, 0.9);
      const own = foldIn(foldIn(foldIn(key, "tolerance"), law), i);
      const [{ before, exact }] = draw(options, {
        problem,
        particles: settings.evaluation.particles,
        key: own,
      });
      for (const { method, tolerance, solver } of methods) {
        const state = await solver.init(flow, before, foldIn(own, "context"));
        const began = clock();
        const { cloud } = await solver.step(flow, before, state);
        const seconds = clock() - began;
        if (i > 0) trials.push({ method, tolerance, error: relativeDistance(cloud, exact), seconds });
      }
    }
  }
  return trials;
}

/** How often each tolerance was met by the true error, the errors, and seconds a step beside the per-step solver's. */
export function heldFindings(trials: readonly Trial[]): Findings {
  const summary = (method: string, tolerance?: number) => {
    const own = trials.filter((trial) => trial.method === method && trial.tolerance === tolerance);
    const error = medianAndMax(own.map((trial) => 100 * trial.error));
    return {
      met: own.filter((trial) => trial.error <= (tolerance ?? Number.POSITIVE_INFINITY)).length / own.length,
      error: error?.median ?? Number.NaN,
      largest: error?.max ?? Number.NaN,
      seconds: medianAndMax(own.map(({ seconds }) => seconds))?.median ?? Number.NaN,
    };
  };
  const held = tolerances.map((tolerance) => ({ tolerance, ...summary("refined", tolerance) }));
  const row = (
    label: string,
    { met, error, largest, seconds }: ReturnType<typeof summary>,
    asked?: number,
  ) => ({
    label,
    cells: [asked === undefined ? null : 100 * met, error, largest, seconds],
  });
  return {
    metrics: Object.fromEntries(
      held.flatMap(({ tolerance, met, seconds }) => [
        [`trust.tolerance.${100 * tolerance}.met`, met],
        [`trust.tolerance.${100 * tolerance}.secondsPerStep`, seconds],
      ]),
    ),
    sections: [
      {
        title: "Steps held to a tolerance",
        explanation:
          "First steps of held-out densities of both laws. The error is the true distance from the exact JKO step, in % of the density's width " +
          "√Var; a tolerance is met where that is below it. Seconds are those of one step, with its error bars.",
        tables: [
          {
            title: "What a tolerance costs",
            columns: [
              { label: "tolerance met (%)" },
              { label: "median", group: "error (% of width)" },
              { label: "largest", group: "error (% of width)" },
              { label: "seconds a step" },
            ],
            rows: [
              row("learned operator", summary("operator")),
              row("per-step solver, tuned", summary("perStep")),
              ...held.map((one) => row(`refined to ${100 * one.tolerance} %`, one, one.tolerance)),
            ],
          },
        ],
      },
    ],
  };
}
