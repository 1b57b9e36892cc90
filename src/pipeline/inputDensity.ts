/** @file The density of a roll-out from a finite sample on a grid, and how far it is from the equation's own. */

import type { Standardised } from "../datasets/standardise.ts";
import { cellCenters, type GridAxis } from "../domains/grid.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Frame } from "../jko/solver.ts";
import type { KernelDensity } from "../measures/kernelDensity.ts";
import { type GaussianMixture, gaussianMixture } from "../measures/mixture.ts";
import { fieldEvaluator } from "../operator/evaluator.ts";
import type { OperatorModel, Piece } from "../operator/solver.ts";
import { ornsteinUhlenbeckOf } from "../systems/fokkerPlanck/ofEnergy.ts";
import { densityCourse, equationOnGrid, type GridFrame } from "./densityCourse.ts";
import type { Progress } from "./progress.ts";
import type { RolloutMethod } from "./rolloutSolver.ts";

/** The density at each time: in closed form for the Fokker–Planck equation with a quadratic potential, else by finite volumes where these are affordable. */
function exactDensities(
  flow: GradientFlow,
  initial: { readonly measure: KernelDensity; readonly points: Float64Array },
  at: { readonly box: readonly GridAxis[]; readonly times: readonly number[] },
): Float64Array[] | undefined {
  const closed = ornsteinUhlenbeckOf(flow.energy);
  if (closed === undefined) return equationOnGrid(flow, initial.measure, at);
  const mixture = kernelMixture(initial);
  const centres = cellCenters(at.box);
  return at.times.map((time) => closed.system.flowMixture(mixture, time).logDensity(centres).map(Math.exp));
}

function kernelMixture({
  measure,
  points,
}: {
  readonly measure: KernelDensity;
  readonly points: Float64Array;
}): GaussianMixture {
  const d = measure.dimension;
  const count = points.length / d;
  const covariance = measure.bandwidth.map((h, a) => measure.bandwidth.map((_, b) => (a === b ? h * h : 0)));
  return gaussianMixture({
    weights: new Array<number>(count).fill(1 / count),
    means: Array.from({ length: count }, (_, i) => Array.from(points.subarray(i * d, (i + 1) * d))),
    covariances: new Array(count).fill(covariance),
  });
}

/** The density of a roll-out at several times on one grid, in the operator's coordinates. */
export interface DensityOnGrid {
  readonly box: readonly GridAxis[];
  readonly frames: readonly GridFrame[];
}

/** Margin of the grid around all particles, in standard deviations of the input. */
const margin = 0.75;

/** The density at the frames of a roll-out, on a grid around all of their particles; undefined beyond the plane. */
export async function gridFrames(
  options: {
    readonly model: OperatorModel;
    readonly engine: Engine;
    readonly cells: number;
    readonly method: RolloutMethod;
    readonly progress: Progress;
  },
  course: {
    readonly measure: KernelDensity;
    readonly standardised: Standardised;
    readonly frames: readonly Frame[];
    readonly steps: readonly (readonly Piece[])[];
  },
): Promise<DensityOnGrid | undefined> {
  const { model, engine, cells, method, progress } = options;
  const { measure, standardised, frames, steps } = course;
  if (cells === 0 || measure.dimension > 2) return undefined;
  progress.stage("density");
  const box = Array.from({ length: measure.dimension }, (_, a) => {
    const along = frames.flatMap(({ cloud }) =>
      Array.from({ length: cloud.count }, (_, i) => cloud.positions[i * measure.dimension + a]),
    );
    const [low, high] = along.reduce(([least, most], x) => [Math.min(least, x), Math.max(most, x)], [0, 0]);
    return { low: low - margin, high: high + margin, cells };
  });
  const shown = frames.map(({ step }) => step);
  const { flow } = model;
  const { points } = standardised;
  const times = shown.map((step) => step * flow.tau);
  const onGrid = await densityCourse({
    flow,
    evaluate: fieldEvaluator(engine, model, { lattice: method.lattice ?? true }),
    initial: measure,
    steps,
    shown,
    box,
    exact: exactDensities(flow, { measure, points }, { box, times }),
    progress: (fraction) => progress.update("inverting the map on the grid", fraction),
  });
  return { box, frames: onGrid };
}
