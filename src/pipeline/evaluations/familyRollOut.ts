/** @file The learned operator on held-out members of the family that it was trained on. */

import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import type { EvaluationContext } from "../definition.ts";
import type { Conduct } from "./conduct.ts";

/** The operator that a suite is about, to step clouds with. */
export function operatorOf({ model, engine, settings }: EvaluationContext, suite: string) {
  if (model === undefined) throw new Error(`${suite} needs a trained operator`);
  const { context } = settings.evaluation;
  return { flow: model.flow, evaluate: fieldEvaluator(engine, model), context };
}

/**
 * Rolls held-out members of the training family out, and yields the clouds of all after 0, 1, … steps.
 *
 * @param options.label of the suite's own random stream.
 * @param options.particles of each; `evaluation.particles` where it is left out.
 */
export async function* familyRollOut(
  context: EvaluationContext,
  options: {
    readonly operator: ReturnType<typeof operatorOf>;
    readonly label: string;
    readonly densities: number;
    readonly particles?: number;
    readonly steps: number;
    readonly tally: Conduct;
  },
): AsyncGenerator<readonly Cloud[]> {
  const { problem, settings, key, progress, signal } = context;
  const { operator, label, densities, particles = settings.evaluation.particles, steps, tally } = options;
  let items = Array.from({ length: densities }, (_, i) => {
    const own = foldIn(foldIn(key, label), i);
    const rho = problem.family.draw(foldIn(own, "density"));
    const cloud = sampleCloud(rho, foldIn(own, "particles"), particles);
    return { cloud, state: initialOperatorState(cloud, foldIn(own, "context")) };
  });
  yield items.map(({ cloud }) => cloud);
  for (let k = 1; k <= steps; k++) {
    signal.throwIfAborted();
    const results = await stepClouds(operator, items);
    results.forEach(tally.record);
    items = results;
    progress(`step ${k} of ${steps}`, k / steps);
    yield items.map(({ cloud }) => cloud);
  }
}

/** Makes a roll-out to its end, and gives the clouds there. */
export async function lastOf(rollOut: AsyncIterable<readonly Cloud[]>): Promise<readonly Cloud[]> {
  let last: readonly Cloud[] = [];
  for await (const clouds of rollOut) last = clouds;
  return last;
}
