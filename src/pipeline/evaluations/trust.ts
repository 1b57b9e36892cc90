/** @file Trust: does the error bar of a step hold, and how much larger than the error is it. */

import { errorBar } from "../../jko/errorBar.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { unexplainedVariance } from "../../metrics/mapError.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import type { Evaluation, Findings } from "../definition.ts";
import { medianAndMax } from "./law.ts";
import { depths, type TestFlow, testLaws } from "./testSteps.ts";
import { heldFindings, heldSteps } from "./tolerance.ts";

/** Of each law: with the depths, 200 steps in all. */
const mostDensities = 20;

/**
 * Holds the error bar of operator steps against their true error, `‖T − T*‖`, known from closed forms (Gaussians) and quantile solvers
 * (rotated products). The bar knows nothing of either. The efficiency index is the bar over the error.
 */
export function trustSuite(options: TestFlow): Evaluation {
  return {
    suite: "trust",
    async run(context) {
      const { model, engine, problem, settings, key, progress, signal } = context;
      if (model === undefined) throw new Error("the trust suite needs a trained operator");
      const solver = operatorSolver(engine, model, { context: settings.evaluation.context });
      const densities = Math.min(mostDensities, settings.evaluation.densities);
      const found: { law: string; efficiency: number; unexplained: number; error: number }[] = [];
      for (const [law, draw] of Object.entries(testLaws)) {
        for (let i = 0; i < densities; i++) {
          signal.throwIfAborted();
          progress(`${law}, ${i} of ${densities}`, found.length / (2 * densities * depths.length));
          const own = foldIn(foldIn(foldIn(key, "trust"), law), i);
          for (const { before, exact } of draw(options, {
            problem,
            particles: settings.evaluation.particles,
            key: own,
          })) {
            const state = await solver.init(problem.flow, before, foldIn(own, "context"));
            const { cloud } = await solver.step(problem.flow, before, state);
            const estimate = errorBar(problem.flow, before, cloud);
            if (estimate.bar === undefined) throw new Error(`no error bar: ${estimate.reason}`);
            const distance = rootMeanSquare(cloud, exact);
            const error = unexplainedVariance(cloud.positions, exact.positions, exact.dimension);
            const efficiency = estimate.bar / distance;
            found.push({ law, efficiency, unexplained: 100 * estimate.relative ** 2, error });
          }
        }
      }
      const held = await heldSteps(context, options);
      const [bars, tolerance] = [summarise(found), heldFindings(held)];
      return {
        metrics: { ...bars.metrics, ...tolerance.metrics },
        sections: [...bars.sections, ...tolerance.sections],
      };
    },
  };
}

function summarise(
  found: readonly {
    readonly law: string;
    readonly efficiency: number;
    readonly unexplained: number;
    readonly error: number;
  }[],
): Findings {
  const rows = ["gaussians", "products"].map((law) => {
    const steps = found.filter((step) => step.law === law);
    const covered = steps.filter(({ efficiency }) => efficiency >= 1).length;
    const efficiency = medianAndMax(steps.map((step) => step.efficiency));
    return {
      law,
      cells: [
        steps.length,
        (100 * covered) / steps.length,
        Math.min(...steps.map((step) => step.efficiency)),
        efficiency?.median ?? null,
        efficiency?.max ?? null,
        medianAndMax(steps.map((step) => step.error))?.median ?? null,
        medianAndMax(steps.map((step) => step.unexplained))?.median ?? null,
      ],
    };
  });
  const all = medianAndMax(found.map(({ efficiency }) => efficiency));
  return {
    metrics: {
      "trust.steps": found.length,
      "trust.coverage": found.filter(({ efficiency }) => efficiency >= 1).length / found.length,
      "trust.efficiency.median": all?.median ?? Number.NaN,
      "trust.efficiency.max": all?.max ?? Number.NaN,
      ...Object.fromEntries(
        rows.map(({ law, cells }) => [`trust.${law}.coverage`, Number(cells[1]) / 100] as const),
      ),
    },
    sections: [
      {
        title: "Trust without labels",
        explanation:
          `The error bar τ/(1 + λτ) ‖∇Ψ(T)‖ of ${found.length} operator steps, from densities of exact JKO chains after ` +
          `${depths.join(", ")} steps, beside the true error ‖T − T*‖. The bar is made from the step alone.`,
        tables: [
          {
            title: "Does the bar hold, and how tight is it",
            columns: [
              { label: "steps" },
              { label: "bar holds (%)" },
              { label: "least", group: "bar / error" },
              { label: "median", group: "bar / error" },
              { label: "largest", group: "bar / error" },
              { label: "true", group: "unexplained variance, median (%)" },
              { label: "by the bar", group: "unexplained variance, median (%)" },
            ],
            rows: rows.map(({ law, cells }) => ({
              label: law === "gaussians" ? "Gaussians of law (a)" : "rotated products of law (b)",
              cells,
            })),
          },
        ],
      },
    ],
  };
}

function rootMeanSquare(a: Cloud, b: Cloud): number {
  let sum = 0;
  for (let i = 0; i < a.positions.length; i++) sum += (a.positions[i] - b.positions[i]) ** 2;
  return Math.sqrt(sum / a.count);
}
