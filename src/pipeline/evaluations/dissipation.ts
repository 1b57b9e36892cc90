/** @file Structure: no folds, no rise of the energy, and the identity at a steady state. */

import { sampleCloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { Evaluation } from "../definition.ts";
import { risesByChance } from "./law.ts";

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
      const counts = {
        folded: 0,
        rises: 0,
        divided: 0,
        uncertified: 0,
        smallestDeterminant: Number.POSITIVE_INFINITY,
      };
      for (let k = 1; k <= options.steps; k++) {
        signal.throwIfAborted();
        const results = await stepClouds(operator, items);
        for (const { info } of results) {
          counts.folded += info.folded;
          if (info.energyChange > 3 * info.energyChangeError) counts.rises++;
          if (info.pieces > 1) counts.divided++;
          if (!(info.objective < -3 * info.standardError)) counts.uncertified++;
          counts.smallestDeterminant = Math.min(counts.smallestDeterminant, info.smallestDeterminant);
        }
        items = results;
        progress(`step ${k} of ${options.steps}`, k / options.steps);
      }
      const motion = options.steady && (await motionOf(operator, options.steady, { key, particles }));
      const total = densities * options.steps;
      return {
        metrics: {
          "dissipation.folded": counts.folded,
          "dissipation.rises": counts.rises,
          "dissipation.risesByChance": risesByChance(total),
          "dissipation.divided": counts.divided,
          "dissipation.uncertified": counts.uncertified,
          "dissipation.smallestDeterminant": counts.smallestDeterminant,
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
              {
                title: "What a JKO step must and must not do",
                columns: [{ label: "count" }, { label: "of" }],
                rows: [
                  { label: "folded particles", cells: [counts.folded, total * particles] },
                  { label: "density-steps in which the energy rose", cells: [counts.rises, total] },
                  { label: "as many as chance alone makes at rest", cells: [risesByChance(total), total] },
                  {
                    label: "density-steps without certificate of dissipation",
                    cells: [counts.uncertified, total],
                  },
                  { label: "density-steps that were made in pieces", cells: [counts.divided, total] },
                  { label: "smallest det ∇T", cells: [counts.smallestDeterminant, null] },
                  ...(motion === undefined
                    ? []
                    : [{ label: "largest motion at the steady state", cells: [motion, null] }]),
                ],
              },
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
