/** @file Errors of an operator's roll-outs on held-out densities, step by step. */

import type { Engine } from "../../src/engine/engine.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { initialOperatorState, type OperatorModel, stepClouds } from "../../src/operator/solver.ts";
import { contextKey, type LawCase } from "../../src/pipeline/evaluations/law.ts";
import type { Key } from "../../src/random/key.ts";

/** `100 E|T − T*|²/Var ρ*` in % against the exact JKO chain: entry `[k − 1][i]` of density `i` after `k` steps. */
export async function rollOutErrors(
  engine: Engine,
  model: OperatorModel,
  options: {
    readonly cases: readonly LawCase[];
    readonly steps: number;
    /** Context particles. */
    readonly context: number;
    readonly key: Key;
  },
): Promise<number[][]> {
  const { cases, steps, context, key } = options;
  const operator = { flow: model.flow, evaluate: fieldEvaluator(engine, model), context };
  let items = cases.map(({ cloud }, i) => ({
    cloud,
    state: initialOperatorState(cloud, contextKey(key, i)),
  }));
  const errors: number[][] = [];
  for (let k = 1; k <= steps; k++) {
    items = await stepClouds(operator, items);
    errors.push(
      items.map(({ cloud }, i) => unexplainedVariance(cloud.positions, cases[i].exact(k), cloud.dimension)),
    );
  }
  return errors;
}
