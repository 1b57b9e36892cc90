/** @file Errors of an operator's roll-outs on held-out densities, step by step. */

import type { Engine } from "../../src/engine/engine.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { initialOperatorState, type OperatorModel, stepClouds } from "../../src/operator/solver.ts";
import { conduct } from "../../src/pipeline/evaluations/conduct.ts";
import { contextKey, type LawCase } from "../../src/pipeline/evaluations/law.ts";
import type { Key } from "../../src/random/key.ts";

/** What a roll-out came to on every held-out density. */
export interface RollOut {
  /** `100 E|T − T*|²/Var ρ*` in % against the exact JKO chain: entry `[k − 1][i]` of density `i` after `k` steps. */
  readonly errors: number[][];
  /** Particles whose map folded, over all steps. */
  readonly folded: number;
  /** Steps that were not made, since they would not have lowered the objective. */
  readonly refused: number;
}

/** Rolls an operator out on held-out densities, and compares it step by step with the exact JKO chain. */
export async function rollOutErrors(
  engine: Engine,
  model: OperatorModel,
  options: {
    readonly cases: readonly Pick<LawCase, "cloud" | "exact">[];
    readonly steps: number;
    /** Context particles. */
    readonly context: number;
    readonly key: Key;
  },
): Promise<RollOut> {
  const { cases, steps, context, key } = options;
  const operator = { flow: model.flow, evaluate: fieldEvaluator(engine, model), context };
  let items = cases.map(({ cloud }, i) => ({
    cloud,
    state: initialOperatorState(cloud, contextKey(key, i)),
  }));
  const errors: number[][] = [];
  const tally = conduct();
  for (let k = 1; k <= steps; k++) {
    const made = await stepClouds(operator, items);
    made.forEach(tally.record);
    items = made;
    errors.push(
      items.map(({ cloud }, i) => unexplainedVariance(cloud.positions, cases[i].exact(k), cloud.dimension)),
    );
  }
  const { folded, refused } = tally.counts;
  return { errors, folded, refused };
}
