/** @file An evaluation of the same operator at another JKO step. */

import type { GradientFlow } from "../../jko/flow.ts";
import type { Evaluation } from "../definition.ts";

/**
 * The same evaluation with the JKO step `tau` instead of the flow's own, for an operator that has learnt a range of steps. Its
 * suite and metrics get the prefix `tau<τ>.`.
 *
 * @param options.steps at how many steps to measure errors, instead of the settings': the same time is another number of steps.
 */
export function atTau(
  tau: number,
  evaluation: Evaluation,
  options: { readonly steps?: readonly number[] } = {},
): Evaluation {
  const at = (flow: GradientFlow): GradientFlow => ({ ...flow, tau });
  const prefix = `tau${tau}.`;
  return {
    suite: `${prefix}${evaluation.suite}`,
    async run(context) {
      const { problem, model, settings } = context;
      const { metrics, sections } = await evaluation.run({
        ...context,
        problem: { ...problem, flow: at(problem.flow) },
        model: model && { ...model, flow: at(model.flow) },
        settings: {
          ...settings,
          tau,
          evaluation: { ...settings.evaluation, steps: [...(options.steps ?? settings.evaluation.steps)] },
        },
      });
      return {
        metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [prefix + name, value])),
        sections: sections.map((section) => ({ ...section, title: `τ = ${tau}: ${section.title}` })),
      };
    },
  };
}
