/** @file A solver that meets a tolerance: its steps are estimated, refined where they must be, and made anew where that fails. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import type { Cloud } from "../measures/cloud.ts";
import { foldIn, type Key } from "../random/key.ts";
import { compositeInfo } from "./composite.ts";
import { errorBar } from "./errorBar.ts";
import type { GradientFlow } from "./flow.ts";
import { refinement } from "./refinement.ts";
import type { Solver, SolverStep, StepInfo } from "./solver.ts";

export interface RefinedOptions {
  /** Largest error bar of a step of length `per`, as a part of the density's width `√Var`; shorter steps get their share. */
  readonly tolerance: number;
  /** In units of time. */
  readonly per: number;
}

/** Who made a step, in how many refinements, and its error bar as a part of the width. */
export interface RefinedOutcome {
  readonly by: string;
  readonly refinements: number;
  readonly relative: number;
  readonly met: boolean;
}

export interface RefinedState<First, Second> {
  readonly key: Key;
  /** How the steps were made that have led here. */
  readonly made: readonly RefinedOutcome[];
  readonly first: First;
  readonly second: Second;
}

/** Refinements of a step before it is given up, and L-BFGS iterations of each. */
const rounds = 3;
const iterations = 150;

/**
 * Makes a step by `first` and asks for its error bar. Where that is above the tolerance the step is refined on the JKO objective,
 * and where it is still above after three refinements it is made anew by `second` and refined likewise. The step with the smallest
 * bar is kept, whether or not it meets the tolerance.
 *
 * @throws InputError in the first step where there is no error bar, as of energies that are not `λ`-convex.
 */
export function refinedSolver<First, Second>(
  engine: Engine,
  solvers: { readonly first: Solver<First>; readonly second: Solver<Second> },
  options: RefinedOptions,
): Solver<RefinedState<First, Second>> {
  const { first, second } = solvers;
  const refine = refinement(engine);
  /** A step of one of the solvers, refined until it meets the tolerance. */
  const meet = async <State>(
    solver: Solver<State>,
    { flow, cloud, state }: { readonly flow: GradientFlow; readonly cloud: Cloud; readonly state: State },
    key: Key,
  ) => {
    const allowed = (options.tolerance * flow.tau) / options.per;
    const made = await solver.step(flow, cloud, state);
    const parts: StepInfo[] = [made.info];
    let best = { cloud: made.cloud, relative: barOf(flow, cloud, made.cloud), refinements: 0 };
    for (let k = 1; k <= rounds && best.relative > allowed; k++) {
      const next = await refine(
        flow,
        { before: cloud, after: best.cloud },
        { iterations, key: foldIn(key, k) },
      );
      const relative = barOf(flow, cloud, next.cloud);
      if (!(relative < best.relative) || next.info.folded > 0) break;
      parts.push(next.info);
      best = { cloud: next.cloud, relative, refinements: k };
    }
    return { ...best, state: made.state, parts, met: best.relative <= allowed, by: solver.name };
  };
  return {
    name: `${first.name}, refined`,
    async init(flow, cloud, key) {
      return {
        key,
        made: [],
        first: await first.init(flow, cloud, foldIn(key, "first")),
        second: await second.init(flow, cloud, foldIn(key, "second")),
      };
    },
    async step(flow, cloud, state): Promise<SolverStep<RefinedState<First, Second>>> {
      const key = foldIn(foldIn(state.key, "step"), state.made.length);
      const one = await meet(first, { flow, cloud, state: state.first }, key);
      const two = one.met ? undefined : await meet(second, { flow, cloud, state: state.second }, key);
      const kept = two !== undefined && two.relative < one.relative ? two : one;
      const { by, refinements, relative, met } = kept;
      const made = [...state.made, { by, refinements, relative, met }];
      return {
        cloud: kept.cloud,
        info: compositeInfo(flow, { before: cloud, after: kept.cloud }, kept.parts),
        state: { key: state.key, made, first: one.state, second: two?.state ?? state.second },
      };
    },
  };
}

function barOf(flow: GradientFlow, before: Cloud, after: Cloud): number {
  const estimate = errorBar(flow, before, after);
  check(
    estimate.bar !== undefined,
    () =>
      `refinedSolver: a tolerance needs an error bar, and there is none: ${estimate.bar === undefined ? estimate.reason : ""}.`,
  );
  return estimate.bar === undefined ? Number.NaN : estimate.relative;
}
