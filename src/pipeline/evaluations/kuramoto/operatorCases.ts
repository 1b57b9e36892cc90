/** @file Held-out densities of angles at many couplings, with the equation's solution and the exact JKO steps of each. */

import { circleQuantileSolver } from "../../../jko/circleQuantile.ts";
import { conditioned, type GradientFlow } from "../../../jko/flow.ts";
import { rollout } from "../../../jko/solver.ts";
import { type Cloud, quantileCloud } from "../../../measures/cloud.ts";
import type { Family } from "../../../measures/family.ts";
import type { LineMeasure } from "../../../measures/measure.ts";
import { foldIn, type Key } from "../../../random/key.ts";
import { orderOf, spectralEquation } from "../../../systems/kuramoto/spectral.ts";
import { measuredOrder } from "./clouds.ts";

/** Time steps of the reference, far below those of any operator. */
const referenceStep = 2e-3;

/** A density at one coupling, and what is known of its evolution after `0, 1, …` steps. */
export interface KuramotoCase {
  readonly coupling: number;
  readonly flow: GradientFlow;
  readonly key: Key;
  readonly cloud: Cloud;
  /** `r_1` of the equation. */
  readonly truth: readonly number[];
  /** `r_1` of exact JKO steps. */
  readonly exact: readonly number[];
  /** The particles after the first exact step. */
  readonly first: Cloud;
}

/**
 * Draws a density, and solves it. Particles stand one in each slice of mass, so that the finite number of them moves nothing.
 *
 * @param problem.coupling `K`, a condition of the flow.
 */
export async function kuramotoCase(
  problem: { readonly flow: GradientFlow; readonly coupling: number; readonly secondHarmonic: number },
  options: { readonly family: Family; readonly particles: number; readonly steps: number; readonly key: Key },
): Promise<KuramotoCase> {
  const { coupling, secondHarmonic } = problem;
  const { steps, key } = options;
  const flow = conditioned(problem.flow, { coupling });
  const measure = options.family.draw(foldIn(key, "density")) as LineMeasure;
  const cloud = quantileCloud(measure, options.particles);
  const equation = spectralEquation({ coupling, secondHarmonic }, { timeStep: referenceStep });
  let density = equation.project(measure);
  const truth = [orderOf(density, 1)];
  for (let step = 0; step < steps; step++) {
    density = equation.evolve(density, flow.tau);
    truth.push(orderOf(density, 1));
  }
  const exact: number[] = [];
  let first = cloud;
  for await (const frame of rollout(circleQuantileSolver(), { flow, cloud }, { steps, key })) {
    exact.push(measuredOrder(frame.cloud));
    if (frame.step === 1) first = frame.cloud;
  }
  return { coupling, flow, key, cloud, truth, exact, first };
}
