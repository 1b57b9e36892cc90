/** @file One step of `τ` and two of `τ/2`: what the error of the time step is estimated, controlled and extrapolated with. */

import type { Cloud } from "../measures/cloud.ts";
import { moments } from "../metrics/statistics.ts";
import { type GradientFlow, inStepsOf, later } from "./flow.ts";
import type { Solver, SolverStep } from "./solver.ts";

const halved = new WeakMap<GradientFlow, GradientFlow>();

/**
 * The flow in steps of half the length, from the same time on; the same object for the same flow, so that what is compiled for it is found
 * again.
 */
export function halfOf(flow: GradientFlow): GradientFlow {
  const known = halved.get(flow) ?? inStepsOf(flow, flow.tau / 2);
  halved.set(flow, known);
  return known;
}

/** The second half step; the first is that of {@link halfOf}. */
export function secondHalfOf(flow: GradientFlow): GradientFlow {
  return later(halfOf(flow), flow.tau / 2);
}

/** Two half steps from a cloud. */
export async function twoHalves<State>(
  solver: Solver<State>,
  flow: GradientFlow,
  from: { readonly cloud: Cloud; readonly state: State },
): Promise<readonly [SolverStep<State>, SolverStep<State>]> {
  const first = await solver.step(halfOf(flow), from.cloud, from.state);
  return [first, await solver.step(secondHalfOf(flow), first.cloud, first.state)];
}

/** `√(E|X − Y|²/Var Y)`: the distance of paired particles as a part of the second cloud's width. */
export function relativeDistance(x: Cloud, y: Cloud): number {
  let squares = 0;
  for (let i = 0; i < x.positions.length; i++) squares += (x.positions[i] - y.positions[i]) ** 2;
  const { covariance } = moments(y.positions, y.dimension);
  const variance = covariance.reduce((sum, row, a) => sum + row[a], 0);
  return Math.sqrt(squares / y.count / variance);
}
