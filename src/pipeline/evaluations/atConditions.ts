/** @file An evaluation of the same operator at another JKO step, or at other parameters of its flow. */

import { conditioned, type GradientFlow, inStepsOf } from "../../jko/flow.ts";
import type { Evaluation } from "../definition.ts";
import type { Settings } from "../settings.ts";

/**
 * The same evaluation of an operator that has learnt a range of flows, at one of them. Its suite and metrics get the prefix
 * `<name><value>.` of each value, as in `tau0.05.`.
 *
 * @param values the JKO step `tau` or parameters of the flow, by name.
 * @param changes settings of the evaluation that are others there: the same time, say, is another number of `steps`.
 */
export function atConditions(
  values: Readonly<Record<string, number>>,
  evaluation: Evaluation,
  changes: Partial<Settings["evaluation"]> = {},
): Evaluation {
  const entries = Object.entries(values);
  const prefix = entries.map(([name, value]) => `${name}${value}.`).join("");
  const heading = entries.map(([name, value]) => `${name} = ${value}`).join(", ");
  const at = (flow: GradientFlow): GradientFlow => {
    const { tau = flow.tau, ...conditions } = values;
    return inStepsOf(conditioned(flow, conditions), tau);
  };
  return {
    suite: `${prefix}${evaluation.suite}`,
    async run(context) {
      const { problem, model, settings } = context;
      const flow = at(problem.flow);
      const { metrics, sections } = await evaluation.run({
        ...context,
        problem: { ...problem, flow },
        model: model && { ...model, flow },
        settings: {
          ...settings,
          tau: flow.tau,
          evaluation: { ...settings.evaluation, ...changes },
        },
      });
      return {
        metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [prefix + name, value])),
        sections: sections.map((section) => ({ ...section, title: `${heading}: ${section.title}` })),
      };
    },
  };
}
