/** @file Collisions of Maxwell's molecules, whose covariance is known at all times, seen through the covariance alone. */

import { check } from "../../../check/check.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { add, type Matrix } from "../../../linalg/matrix.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { moments } from "../../../metrics/statistics.ts";
import { landauOf } from "../../../mobilities/landau.ts";
import { maxwellCovariance } from "../../../systems/landau/moments.ts";
import type { EvaluationContext } from "../../definition.ts";
import type { LandauRun } from "./course.ts";

/** Entry `k` of each list belongs to step `k`; 0 is the beginning. */
export interface CovarianceCourse {
  readonly times: readonly number[];
  /** `‖P − P*‖`, in the Frobenius norm, with `P*` from the covariance of the initial density. */
  readonly errors: readonly number[];
  /** The same with `P*` from the particles' own first covariance, which obeys the same law: without the initial sample's error. */
  readonly ownErrors: readonly number[];
  /** Variances along the axes. */
  readonly variances: readonly (readonly number[])[];
  readonly uncertified: number;
  readonly seconds: number;
}

/** @param run.initial the covariance of the initial density. */
export async function followCovariance(
  context: Pick<EvaluationContext, "clock" | "signal" | "progress">,
  solver: Solver<unknown>,
  run: Pick<LandauRun, "flow" | "cloud" | "steps" | "key"> & { readonly initial: Matrix },
): Promise<CovarianceCourse> {
  const { flow, cloud, steps, initial } = run;
  const { kernel } = landauOf("followCovariance", flow.mobility);
  check(
    kernel.exponent === 0,
    () => `followCovariance: the law is that of Maxwell's molecules, exponent 0, got ${kernel.exponent}`,
  );
  const own = covarianceOf(cloud);
  const [times, errors, ownErrors]: number[][] = [[], [], []];
  const variances: number[][] = [];
  let uncertified = 0;
  const began = context.clock();
  for await (const frame of rollout(solver, { flow, cloud }, run)) {
    context.signal.throwIfAborted();
    const found = covarianceOf(frame.cloud);
    times.push(frame.time);
    errors.push(frobenius(add(found, maxwellCovariance(initial, kernel, frame.time), -1)));
    ownErrors.push(frobenius(add(found, maxwellCovariance(own, kernel, frame.time), -1)));
    variances.push(found.map((row, a) => row[a]));
    if (frame.info !== null && !(frame.info.objective < 0)) uncertified++;
    context.progress(`${solver.name}, step ${frame.step} of ${steps}`, frame.step / steps);
  }
  return { times, errors, ownErrors, variances, uncertified, seconds: context.clock() - began };
}

function covarianceOf({ positions, dimension }: Cloud): Matrix {
  return moments(positions, dimension).covariance;
}

/** `√Σ a_ij²`. */
export function frobenius(a: Matrix): number {
  return Math.hypot(...a.flat());
}
