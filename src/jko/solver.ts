/** @file The contract of everything that makes a step: a learned operator, a network trained anew, a closed form. */

import type { Cloud } from "../measures/cloud.ts";
import type { Key } from "../random/key.ts";
import { type GradientFlow, later, pushed } from "./flow.ts";

/**
 * What a step reports; nothing of it is carried to the next one.
 *
 * `objective` is `L(w) − L(0)`, the mean of paired differences over the particles, and `standardError` that
 * mean's. With the exact log-determinant, every determinant positive, and on particles that the minimisation has
 * not seen, `objective < −3 standardError` certifies that the step dissipates. Both are NaN where the solver cannot know what its step costs
 * in the flow's metric.
 */
export interface StepInfo {
  readonly objective: number;
  readonly standardError: number;
  /** `E` after the step. */
  readonly energy: number;
  /** Paired change of energy, `E(after) − E(before)`, and its standard error. */
  readonly energyChange: number;
  readonly energyChangeError: number;
  /** Smallest `det ∇T` over the particles. */
  readonly smallestDeterminant: number;
  /** Particles with `det ∇T ≤ 0`: a map that folds is not a transport map. */
  readonly folded: number;
  /** How much of the time step was made: 1, or less where it was shortened to stay free of folds. */
  readonly portion: number;
  /** In how many pieces it was made. */
  readonly pieces: number;
  /** Inner iterations of a minimisation; 0 for closed forms and operators. */
  readonly iterations: number;
}

export interface SolverStep<State> {
  readonly cloud: Cloud;
  readonly state: State;
  readonly info: StepInfo;
}

/**
 * A way to make the dissipative part of a step. `State` is carried from step to step (a warm start, a rotation of the context).
 * {@link rollout} makes the conservative part, before.
 */
export interface Solver<State> {
  readonly name: string;
  /** Whether its steps contain the conservative part, which is then not made for it. */
  readonly isWhole?: boolean;
  init(flow: GradientFlow, cloud: Cloud, key: Key): Promise<State>;
  step(flow: GradientFlow, cloud: Cloud, state: State): Promise<SolverStep<State>>;
}

/** One moment of a roll-out. */
export interface Frame {
  readonly step: number;
  /** Since the beginning of the roll-out. */
  readonly time: number;
  readonly cloud: Cloud;
  /** What the solver reports; null at time zero. */
  readonly info: StepInfo | null;
  /** The cloud from which the solver's part of the step began, after the conservative push; null at time zero. */
  readonly pushed: Cloud | null;
  /** The fields of the conservative part; undefined where there is none. */
  readonly fields: unknown;
}

/**
 * Iterates a solver and yields the cloud after each step, the initial one first. Each step is a push by the flow's conservative part,
 * where there is one, and then the solver's. Where
 * the flow depends on the time, each step is one of the flow at its end.
 *
 * @throws Error naming the step when particles stop being finite; a solver cannot forget to look.
 */
export async function* rollout<State>(
  solver: Solver<State>,
  problem: { readonly flow: GradientFlow; readonly cloud: Cloud },
  options: { readonly steps: number; readonly key: Key },
): AsyncGenerator<Frame, void, void> {
  const { flow } = problem;
  const { conservative: _, ...dissipative } = flow;
  const transport: GradientFlow = solver.isWhole ? dissipative : flow;
  let { cloud } = problem;
  let fields = transport.conservative?.init(cloud);
  yield { step: 0, time: 0, cloud, info: null, pushed: null, fields };
  let state: State = await solver.init(flow, cloud, options.key);
  for (let step = 1; step <= options.steps; step++) {
    const push = pushed(transport, cloud, fields);
    const next = await solver.step(later(flow, (step - 1) * flow.tau), push.cloud, state);
    ({ cloud, state } = next);
    fields = push.fields;
    const bad = cloud.positions.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      const particle = Math.floor(bad / cloud.dimension);
      throw new Error(
        `${solver.name}: particle ${particle} left the finite numbers in step ${step} (t = ${(step * flow.tau).toPrecision(3)}); ` +
          `objective ${next.info.objective.toPrecision(3)}, tau ${flow.tau}. Try a smaller tau.`,
      );
    }
    yield { step, time: step * flow.tau, cloud, info: next.info, pushed: push.cloud, fields };
  }
}
