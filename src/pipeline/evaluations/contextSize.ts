/** @file How many particles must describe a density: error against the size of the context, beside its sampling floor. */

import type { Matrix } from "../../linalg/matrix.ts";
import { unexplainedVariance } from "../../metrics/mapError.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import { methodColours } from "../../report/colours.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { gaussianCase, heldOutGaussian } from "./gaussians.ts";
import { contextKey, medianAndMax } from "./law.ts";

/**
 * One trained operator with contexts of every size in `evaluation.contexts`, on the same clouds of held-out Gaussians, after
 * `options.steps` steps of an Ornstein–Uhlenbeck flow.
 *
 * The floor beside it is the exact step of a Gaussian fitted to the same context: what is lost when a density is known by
 * its samples' moments. The operator also knows their log-densities, and may fall below it.
 */
export function contextSuite(options: {
  readonly stiffness: Matrix;
  readonly diffusion: number;
  readonly steps: number;
}): Evaluation {
  const { steps } = options;
  return {
    suite: "context",
    async run(context) {
      const sizes = context.settings.evaluation.contexts;
      const rows: { readonly operator: Summary; readonly floor: Summary }[] = [];
      for (const [i, size] of sizes.entries()) {
        rows.push(await measure(context, options, size));
        context.progress(`context of ${size}`, (i + 1) / sizes.length);
      }
      const line = (method: "operator" | "floor") =>
        sizes.map((size, i) => [size, rows[i][method].median] as const);
      return {
        metrics: Object.fromEntries(
          sizes.flatMap((size, i) =>
            (["operator", "floor"] as const).flatMap((method) => [
              [`context.${method}.${size}.median`, rows[i][method].median],
              [`context.${method}.${size}.max`, rows[i][method].max],
            ]),
          ),
        ),
        sections: [
          {
            title: "Size of the context",
            explanation:
              `${context.settings.evaluation.longDensities} held-out Gaussians of ${Math.max(...sizes)} particles, after ${steps} steps, described to the same ` +
              "operator by contexts of different sizes. The floor is the exact step of a Gaussian fitted to the same context.",
            tables: [
              {
                title: `Unexplained variance after ${steps} steps, 100 E|T − T*|²/Var ρ*`,
                columns: sizes.map((size) => ({ label: `${size}` })),
                rows: (["operator", "floor"] as const).map((method) => ({
                  label: `${method === "operator" ? "learned operator" : "sampling floor"}, median in %`,
                  role: method === "operator" ? ("subject" as const) : ("reference" as const),
                  cells: rows.map((row) => row[method].median),
                })),
              },
            ],
            charts: [
              {
                title: "Error against the size of the context",
                x: { label: "particles in the context", type: "log" },
                y: { label: "L²-UVP (%)", type: "log" },
                series: [
                  {
                    name: "operator",
                    points: line("operator"),
                    colour: methodColours.operator,
                    dots: true,
                  },
                  {
                    name: "floor",
                    points: line("floor"),
                    colour: methodColours.exact,
                    dash: "dashed",
                    dots: true,
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

type Summary = { readonly median: number; readonly max: number };

async function measure(
  { model, engine, problem, settings, key, signal }: EvaluationContext,
  options: { readonly stiffness: Matrix; readonly diffusion: number; readonly steps: number },
  size: number,
): Promise<{ readonly operator: Summary; readonly floor: Summary }> {
  if (model === undefined) throw new Error("the context suite needs a trained operator");
  const { contexts, longDensities } = settings.evaluation;
  const cases = Array.from({ length: longDensities }, (_, i) =>
    gaussianCase(
      ornsteinUhlenbeck(options),
      heldOutGaussian(foldIn(foldIn(key, "gaussian"), i), problem.flow.dimension),
      {
        tau: problem.flow.tau,
        particles: Math.max(...contexts),
        context: size,
        key: foldIn(foldIn(key, "particles"), i),
        contextKey: contextKey(key, i),
      },
    ),
  );
  const operator = { flow: model.flow, evaluate: fieldEvaluator(engine, model), context: size };
  let items = cases.map(({ cloud }, i) => ({
    cloud,
    state: initialOperatorState(cloud, contextKey(key, i)),
  }));
  for (let k = 0; k < options.steps; k++) {
    signal.throwIfAborted();
    items = await stepClouds(operator, items);
  }
  const summary = (moved: (i: number) => ArrayLike<number>) =>
    medianAndMax(
      cases.map((c, i) => unexplainedVariance(moved(i), c.exact(options.steps), c.cloud.dimension)),
    ) as Summary;
  return {
    operator: summary((i) => items[i].cloud.positions),
    floor: summary((i) => cases[i].rivals.plugin(options.steps)),
  };
}
