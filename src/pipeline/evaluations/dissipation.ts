/** @file Structure: no folds, no rise of the energy, and the identity at a steady state. */

import { sampleCloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { Evaluation } from "../definition.ts";
import { conduct } from "./conduct.ts";

/**
 * Rolls out held-out members of the training family and counts what a JKO step must never do; then moves the
 * steady state itself.
 *
 * @param options.steady the steady state, sampled with its exact log-density, where the flow has one with a density.
 */
export function dissipationSuite(options: { readonly steps: number; readonly steady?: Measure }): Evaluation {
  return {
    suite: "dissipation",
    async run({ model, engine, problem, settings, key, progress, signal }) {
      if (model === undefined) throw new Error("the dissipation suite needs a trained operator");
      const { densities } = settings.evaluation;
      const { particles } = settings.evaluation;
      const operator = {
        flow: model.flow,
        evaluate: fieldEvaluator(engine, model),
        context: settings.evaluation.context,
      };
      let items = Array.from({ length: densities }, (_, i) => {
        const own = foldIn(foldIn(key, "dissipation"), i);
        const cloud = sampleCloud(
          problem.family.draw(foldIn(own, "density")),
          foldIn(own, "particles"),
          particles,
        );
        return { cloud, state: initialOperatorState(cloud, foldIn(own, "context")) };
      });
      const tally = conduct();
      for (let k = 1; k <= options.steps; k++) {
        signal.throwIfAborted();
        const results = await stepClouds(operator, items);
        results.forEach(tally.record);
        items = results;
        progress(`step ${k} of ${options.steps}`, k / options.steps);
      }
      const motion = options.steady && (await motionOf(operator, options.steady, { key, particles }));
      return {
        metrics: {
          ...tally.metrics("dissipation"),
          ...(motion === undefined ? {} : { "dissipation.steadyMotion": motion }),
        },
        sections: [
          {
            title: "Structure",
            explanation:
              `${densities} held-out members of the training family, ${particles} particles each, ${options.steps} steps. ` +
              "A fold is a particle with det ∇T ≤ 0; a rise is a paired increase of the energy beyond three standard " +
              "errors; a certificate is L(w) − L(0) below minus three of its standard errors." +
              (motion === undefined ? "" : " At the steady state the step must be the identity."),
            tables: [
              tally.table(
                motion === undefined
                  ? []
                  : [{ label: "largest motion at the steady state", cells: [motion, null] }],
              ),
            ],
          },
        ],
      };
    },
  };
}

/** How far a step moves a particle of the steady state at most. */
async function motionOf(
  operator: Parameters<typeof stepClouds>[0],
  steady: Measure,
  options: { readonly key: Key; readonly particles: number },
): Promise<number> {
  const { key, particles } = options;
  const still = sampleCloud(steady, foldIn(key, "steady"), particles);
  const [moved] = await stepClouds(operator, [
    { cloud: still, state: initialOperatorState(still, foldIn(key, "still")) },
  ]);
  return Math.max(...Array.from(moved.cloud.positions, (x, i) => Math.abs(x - still.positions[i])));
}
