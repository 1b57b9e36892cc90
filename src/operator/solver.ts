/** @file The learned operator as a solver: one forward pass a step. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { stepLimiter } from "../jko/limiter.ts";
import { moveCloud } from "../jko/move.ts";
import type { Solver, SolverStep } from "../jko/solver.ts";
import type { Cloud } from "../measures/cloud.ts";
import { permutation } from "../random/draw.ts";
import type { Key } from "../random/key.ts";
import { type FieldEvaluator, fieldEvaluator, type Tiling } from "./evaluator.ts";
import type { Architecture } from "./map.ts";

/** A trained operator: what a checkpoint holds and a solver needs. */
export interface OperatorModel {
  readonly flow: GradientFlow;
  readonly architecture: Architecture;
  /** `[P]`, laid out by `operatorParameters(architecture)`. */
  readonly parameters: Float32Array;
}

/** Order in which particles take their turn as context, and how many steps were made. */
export interface OperatorState {
  readonly order: Int32Array;
  readonly step: number;
}

export interface OperatorSolverOptions {
  /** Particles that describe the density to the operator; fewer where the cloud has fewer. */
  readonly context: number;
  readonly tiling?: Tiling;
}

/**
 * Steps a cloud with a learned operator. The context rotates through the particles from step to step, so that
 * the sampling error of one subset does not accumulate.
 */
export function operatorSolver(
  engine: Engine,
  model: OperatorModel,
  options: OperatorSolverOptions,
): Solver<OperatorState> {
  const evaluate = fieldEvaluator(engine, model, options.tiling);
  return {
    name: "learned operator",
    async init(_flow, cloud, key) {
      return { order: permutation(key, cloud.count), step: 0 };
    },
    async step(flow, cloud, state) {
      const [result] = await stepClouds({ flow, evaluate, context: options.context }, [{ cloud, state }]);
      return result;
    },
  };
}

/** Steps many clouds at once; all must have the same number of particles. */
export async function stepClouds(
  operator: { readonly flow: GradientFlow; readonly evaluate: FieldEvaluator; readonly context: number },
  items: readonly { readonly cloud: Cloud; readonly state: OperatorState }[],
): Promise<SolverStep<OperatorState>[]> {
  const { flow, evaluate } = operator;
  const fields = await evaluate(
    items.map(({ cloud, state }) => ({
      context: contextOf(cloud, state, operator.context),
      queries: cloud.positions,
    })),
  );
  return items.map(({ cloud, state }, i) => {
    const limiter = stepLimiter(fields[i].stretch, flow.tau);
    const moved = moveCloud(flow, cloud, { velocity: fields[i], limiter, iterations: 0 });
    return { cloud: moved.cloud, info: moved.info, state: { order: state.order, step: state.step + 1 } };
  });
}

export function initialOperatorState(cloud: Cloud, key: Key): OperatorState {
  return { order: permutation(key, cloud.count), step: 0 };
}

/** The particles whose turn it is to describe the density. */
export function contextOf(cloud: Cloud, state: OperatorState, size: number): Cloud {
  const { dimension: d, count } = cloud;
  check(count >= 2, () => `operator: a density needs at least 2 particles, got ${count}`);
  const c = Math.min(size, count);
  const positions = new Float64Array(c * d);
  const logDensity = new Float64Array(c);
  for (let j = 0; j < c; j++) {
    const particle = state.order[(state.step * c + j) % count];
    for (let k = 0; k < d; k++) positions[j * d + k] = cloud.positions[particle * d + k];
    logDensity[j] = cloud.logDensity[particle];
  }
  return { dimension: d, count: c, positions, logDensity };
}
