/** @file Structure: no folds, no rise of the energy, and the identity at a steady state. */

import { sampleCloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { Evaluation } from "../definition.ts";
import { conduct } from "./conduct.ts";
import { familyRollOut, lastOf, operatorOf } from "./familyRollOut.ts";

/**
 * Rolls out held-out members of the training family and counts what a JKO step must never do; then moves the
 * steady state itself.
 *
 * @param options.steady the steady state, sampled with its exact log-density, where the flow has one with a density.
 */
export function dissipationSuite(options: { readonly steps: number; readonly steady?: Measure }): Evaluation {
  return {
    suite: "dissipation",
    async run(context) {
      const { key, settings } = context;
      const { densities, particles } = settings.evaluation;
      const operator = operatorOf(context, "the dissipation suite");
      const tally = conduct();
      const { steps } = options;
      await lastOf(familyRollOut(context, { operator, label: "dissipation", densities, steps, tally }));
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
