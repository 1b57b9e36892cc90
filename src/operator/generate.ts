/** @file Generation: rolls the current operator out and keeps the densities that may enter the pool. */

import { setImmediate as turn } from "node:timers/promises"; // engines may compute without one, and signals would wait
import { conditioned, type GradientFlow, inStepsOf, movesOnTorus, pushed } from "../jko/flow.ts";
import { observeStep } from "../jko/optimality.ts";
import type { StepInfo } from "../jko/solver.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import type { Family } from "../measures/family.ts";
import { moments } from "../metrics/statistics.ts";
import { weakResidual } from "../metrics/weakResidual.ts";
import { foldIn, type Key, split } from "../random/key.ts";
import type { FieldEvaluator } from "./evaluator.ts";
import { drawConditions, type Ranges, type Snapshot } from "./pool.ts";
import { initialOperatorState, stepClouds } from "./solver.ts";

/** A density and the step that led there. */
export interface GeneratedSnapshot extends Snapshot {
  readonly tau: number;
  /** The flow's parameters in the step that begins here. */
  readonly conditions: Readonly<Record<string, number>>;
}

/** Why a trajectory ended early: its number, the step that was refused, the reason. */
export interface Refusal {
  readonly trajectory: number;
  readonly step: number;
  readonly reason: string;
}

export interface Trajectories {
  readonly snapshots: readonly GeneratedSnapshot[];
  readonly refused: readonly Refusal[];
  /** {@link stepResidual} at the last step of each trajectory that came so far; none where no step was made. */
  readonly residuals: readonly number[];
}

export interface GenerationOptions {
  /** Number of the first trajectory; 0 where it is left out. Each depends on the key and its number alone. */
  readonly first?: number;
  readonly densities: number;
  readonly particles: number;
  readonly steps: number;
  /** Snapshots a trajectory, at geometric times; the initial density comes on top. */
  readonly snapshots: number;
  /** From where each trajectory's step and flow are drawn; what is missing is the flow's own. */
  readonly ranges?: Ranges;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/**
 * Draws densities from a family and rolls them out with the current operator.
 *
 * Every state is the pushforward of a known density by a known map, so its log-density is exact even where the
 * map was a poor JKO step: generated data are never wrong labels, only off the true trajectory. What would be
 * wrong for good is a fold, so a trajectory ends at the first step that {@link refusal} objects to.
 *
 * Where the flow has a conservative part, snapshots are of densities that it has pushed: those from which the dissipative step, which is
 * what the operator learns, begins.
 */
export async function generateTrajectories(
  operator: { readonly flow: GradientFlow; readonly evaluate: FieldEvaluator; readonly context: number },
  family: Family,
  options: GenerationOptions,
): Promise<Trajectories> {
  const { first = 0, densities, particles, steps, ranges = {}, key } = options;
  const keep = new Set(geometricSteps(steps, options.snapshots));
  const keys = split(key, densities, first);
  const initial = keys.map((own) =>
    sampleCloud(family.draw(foldIn(own, "density")), foldIn(own, "particles"), particles),
  );
  const flows = keys.map((own) => {
    const { tau = operator.flow.tau, ...conditions } = drawConditions(ranges, (name) => foldIn(own, name));
    return inStepsOf(conditioned(operator.flow, conditions), tau);
  });
  let alive = initial.map((drawn, i) => {
    const flow = flows[i];
    const { cloud, fields } = pushed(flow, drawn);
    const state = initialOperatorState(cloud, foldIn(keys[i], "context"));
    return { trajectory: first + i, flow, cloud, fields, state };
  });
  const snapshots = alive.map((start) => snapshotOf(start, 0));
  const refused: Refusal[] = [];
  let residuals: number[] = [];
  for (let step = 1; step <= steps && alive.length > 0; step++) {
    await turn();
    options.signal?.throwIfAborted();
    const results = await stepClouds(operator, alive);
    const next: typeof alive = [];
    if (step === steps)
      residuals = alive.map(({ cloud, flow }, i) => stepResidual(flow, cloud, results[i].cloud));
    results.forEach(({ flow, state, ...result }, i) => {
      const { trajectory } = alive[i];
      const reason = refusal(result.cloud, result.info);
      if (reason !== undefined) {
        refused.push({ trajectory, step, reason });
        return;
      }
      const { cloud, fields } = pushed(flow, result.cloud, alive[i].fields);
      next.push({ trajectory, flow, cloud, fields, state });
      if (keep.has(step)) snapshots.push(snapshotOf({ trajectory, flow, cloud }, step));
    });
    alive = next;
  }
  return { snapshots, refused, residuals };
}

/** Up to `count` distinct steps in `1..last`, in geometric progression. */
function geometricSteps(last: number, count: number): number[] {
  if (last < 1) return [];
  const steps = Array.from({ length: count }, (_, i) =>
    Math.round(last ** (count > 1 ? i / (count - 1) : 1)),
  );
  return [...new Set(steps)];
}

/** Why a state must not enter the pool, or undefined where nothing speaks against it. */
function refusal(cloud: Cloud, info: StepInfo): string | undefined {
  if (cloud.positions.some((x) => !Number.isFinite(x)) || cloud.logDensity.some((x) => !Number.isFinite(x))) {
    return "not finite";
  }
  if (info.smallestDeterminant < 0.05) return `determinant ${info.smallestDeterminant.toPrecision(3)}`;
  if (info.energyChange > 3 * info.energyChangeError + 1e-6) {
    return `energy rose by ${info.energyChange.toExponential(2)}`;
  }
  return undefined;
}

/**
 * How far a step is from satisfying its own optimality condition: the weak Euler–Lagrange residual beyond
 * sampling noise, as a displacement in units of the cloud's RMS radius a coordinate. It needs no solution. 0 where there is no such
 * test: in metrics that are no multiple of Wasserstein's, and on a circle.
 */
export function stepResidual(flow: GradientFlow, before: Cloud, after: Cloud): number {
  if (flow.mobility.scale === undefined || movesOnTorus(flow)) return 0;
  const { value, noise } = weakResidual(observeStep(flow, before, after));
  const { covariance } = moments(after.positions, after.dimension);
  const radius = Math.sqrt(covariance.reduce((sum, row, a) => sum + row[a], 0) / after.dimension);
  return (flow.tau * Math.sqrt(Math.max(0, value ** 2 - noise ** 2))) / radius;
}

function snapshotOf(
  at: { readonly trajectory: number; readonly flow: GradientFlow; readonly cloud: Cloud },
  step: number,
): GeneratedSnapshot {
  const { trajectory, flow, cloud } = at;
  return {
    trajectory,
    step,
    tau: flow.tau,
    conditions: flow.conditions ?? {},
    positions: Float32Array.from(cloud.positions),
    logDensity: Float32Array.from(cloud.logDensity),
  };
}
