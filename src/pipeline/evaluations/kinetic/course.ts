/** @file One roll-out of a kinetic Gaussian, held against the exact solution at every step. */

import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import type { GaussianParameters } from "../../../measures/gaussian.ts";
import { moments } from "../../../metrics/statistics.ts";
import type { Key } from "../../../random/key.ts";
import type { KineticGaussians } from "../../../systems/kinetic/gaussianMoments.ts";
import type { EvaluationContext } from "../../definition.ts";

/** A Gaussian start in a quadratic potential: everything about its solution is known. */
export interface KineticGaussianLaw {
  readonly system: KineticGaussians;
  readonly initial: GaussianParameters;
  /** The flow at other steps and with the other log-determinant. */
  flowAt(options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }): GradientFlow;
}

/** What a roll-out was like; entry `k` of each list belongs to step `k + 1`. */
export interface DriftCourse {
  readonly times: readonly number[];
  /** `E|u − u*|²` over the pushed particles, with the drift `u = (v − ṽ)/τ` of the step and the exact one at its end. */
  readonly squares: readonly number[];
  /** `E|u − u'|²` for the step `u'` of another solver from the same particles; empty where there is none. */
  readonly gaps: readonly number[];
  /** Free energy of the particles. */
  readonly energies: readonly number[];
  /** Steps without certificate, `L(w) − L(0) < −3` of its standard errors. */
  readonly uncertified: number;
  readonly seconds: number;
  /** Relative errors at the end: `|m − m*|/|m(0)|` and `‖Σ − Σ*‖/‖Σ*‖`, in Frobenius norms, against the equation. */
  readonly meanError: number;
  readonly covarianceError: number;
  /** The second one not divided by `‖Σ*‖`. */
  readonly covarianceDistance: number;
  /**
   * The same two against the equation from the particles' own first moments, which obey it too: without the error that a finite sample
   * has from the start.
   */
  readonly ownMeanError: number;
  readonly ownCovarianceError: number;
}

/** Lets signals in: closed forms never wait, and could not be interrupted. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

/** Rolls a solver out. */
export async function driftCourse<State>(
  context: EvaluationContext,
  solver: Solver<State>,
  run: {
    readonly law: KineticGaussianLaw;
    readonly flow: GradientFlow;
    readonly cloud: Cloud;
    readonly steps: number;
    readonly key: Key;
    /** Whose step from the same pushed particles is compared. */
    readonly beside?: Solver<null>;
  },
): Promise<DriftCourse> {
  const { law, flow, cloud, steps, beside } = run;
  const [times, squares, gaps, energies]: number[][] = [[], [], [], []];
  let uncertified = 0;
  let last = cloud;
  const began = context.clock();
  let measuring = 0;
  for await (const frame of rollout(solver, { flow, cloud }, { steps, key: run.key })) {
    await breathe(context.signal);
    const { pushed, info, time } = frame;
    if (pushed === null || info === null) continue;
    const start = context.clock();
    const drift = driftOf(flow, pushed, frame.cloud);
    times.push(time);
    squares.push(
      meanSquare(drift, law.system.drift(law.system.flow(law.initial, time), pushed.positions), pushed.count),
    );
    if (beside !== undefined) {
      const other = driftOf(flow, pushed, (await beside.step(flow, pushed, null)).cloud);
      gaps.push(meanSquare(drift, other, pushed.count));
    }
    energies.push(info.energy);
    if (!(info.objective < -3 * info.standardError)) uncertified++;
    last = frame.cloud;
    measuring += context.clock() - start;
  }
  const seconds = context.clock() - began - measuring;
  return {
    times,
    squares,
    gaps,
    energies,
    uncertified,
    seconds,
    ...endErrors(law, cloud, { last, time: steps * flow.tau }),
  };
}

/** The velocities' motion over the time step, `[n, d]`. */
function driftOf({ tau }: GradientFlow, before: Cloud, after: Cloud): Float64Array {
  const d = before.dimension / 2;
  const drift = new Float64Array(before.count * d);
  for (let i = 0; i < drift.length; i++) {
    const at = Math.floor(i / d) * 2 * d + d + (i % d);
    drift[i] = (after.positions[at] - before.positions[at]) / tau;
  }
  return drift;
}

function meanSquare(a: Float64Array, b: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / count;
}

function endErrors(
  law: KineticGaussianLaw,
  first: Cloud,
  end: { readonly last: Cloud; readonly time: number },
) {
  const found = moments(end.last.positions, end.last.dimension);
  const errors = (start: GaussianParameters) => {
    const exact = law.system.flow(start, end.time);
    const norm = (rows: readonly (readonly number[])[]) => Math.hypot(...rows.flat());
    const distance = norm(
      found.covariance.map((row, i) => row.map((value, j) => value - exact.covariance[i][j])),
    );
    const shift = Math.hypot(...found.mean.map((value, a) => value - exact.mean[a]));
    return {
      distance,
      covariance: distance / norm(exact.covariance),
      mean: shift / Math.hypot(...start.mean),
    };
  };
  const exact = errors(law.initial);
  const own = errors(moments(first.positions, first.dimension));
  return {
    meanError: exact.mean,
    covarianceError: exact.covariance,
    covarianceDistance: exact.distance,
    ownMeanError: own.mean,
    ownCovarianceError: own.covariance,
  };
}

/** `√(mean)` over the steps. */
export function rootMean(squares: readonly number[]): number {
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}
