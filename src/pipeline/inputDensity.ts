/** @file The density of a roll-out on a fixed grid, and how far it is from the equation's own. */

import type { Standardised } from "../datasets/standardise.ts";
import { cellCenters, type GridAxis } from "../domains/grid.ts";
import { numberOf } from "../energies/coefficient.ts";
import { quadraticStiffness } from "../energies/quadraticPotential.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Frame } from "../jko/solver.ts";
import type { KernelDensity } from "../measures/kernelDensity.ts";
import { type GaussianMixture, gaussianMixture } from "../measures/mixture.ts";
import { pullBackDensity } from "../operator/densityGrid.ts";
import { type FieldEvaluator, fieldEvaluator } from "../operator/evaluator.ts";
import type { OperatorModel, Piece } from "../operator/solver.ts";
import { finiteVolumes } from "../systems/fokkerPlanck/finiteVolumes.ts";
import { ornsteinUhlenbeck } from "../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Progress } from "./progress.ts";

/** The density at one time, at the centres of the grid's cells, the last axis fastest; in the operator's coordinates. */
export interface GridFrame {
  readonly step: number;
  readonly time: number;
  readonly density: Float64Array;
  /** Its integral over the grid. */
  readonly mass: number;
  /** `‖ρ − ρ_exact‖/‖ρ_exact‖` in L², with the exact evolution of the same initial density; undefined where none is known. */
  readonly error: number | undefined;
  /** Cells at which the inversion did not converge; their density is zero. */
  readonly unconverged: number;
}

interface GridCourseOptions {
  readonly flow: GradientFlow;
  readonly evaluate: FieldEvaluator;
  readonly initial: KernelDensity;
  /** The points of which `initial` is the kernel density, row-major. */
  readonly points: Float64Array;
  /** The pieces of each step, in order. */
  readonly steps: readonly (readonly Piece[])[];
  /** Steps at which the density is wanted, ascending. */
  readonly shown: readonly number[];
  readonly box: readonly GridAxis[];
  readonly progress: (fraction: number) => void;
}

/** The density after each of the shown steps, by Newton inversion of the composite map, against the equation. */
async function gridCourse(options: GridCourseOptions): Promise<GridFrame[]> {
  const { flow, evaluate, initial, steps, shown, box, progress } = options;
  const centres = cellCenters(box);
  const volume = box.reduce((product, { low, high, cells }) => (product * (high - low)) / cells, 1);
  const references = exactDensities(options, centres);
  const total = shown.reduce((sum, step) => sum + Math.max(1, step), 0);
  const frames: GridFrame[] = [];
  let done = 0;
  for (const [i, step] of shown.entries()) {
    const pieces = steps.slice(0, step).flat();
    const pulled = await pullBackDensity(centres, pieces, { evaluate, tau: flow.tau, initial });
    const density = pulled.logDensity.map(Math.exp);
    const exact = references?.[i];
    const square = (f: (cell: number) => number) => density.reduce((sum, _, cell) => sum + f(cell) ** 2, 0);
    frames.push({
      step,
      time: step * flow.tau,
      density,
      mass: volume * density.reduce((sum, value) => sum + value, 0),
      error:
        exact && Math.sqrt(square((cell) => density[cell] - exact[cell]) / square((cell) => exact[cell])),
      unconverged: pulled.unconverged,
    });
    done += Math.max(1, step);
    progress(done / total);
  }
  return frames;
}

/**
 * The density of a Fokker–Planck equation at each shown time: in closed form for quadratic potentials, else by finite volumes.
 * Undefined for other equations.
 */
function exactDensities(options: GridCourseOptions, centres: Float64Array): Float64Array[] | undefined {
  const { flow, shown, box } = options;
  const { potential, internal, interaction } = flow.energy;
  if (potential === undefined || interaction !== undefined || internal?.exponent !== 1) return undefined;
  const diffusion = numberOf(internal.coefficient);
  const mixture = kernelMixture(options);
  const times = shown.map((step) => step * flow.tau);
  const quadratic = quadraticStiffness(potential);
  if (quadratic !== undefined) {
    const { matrix, centre } = quadratic;
    const system = ornsteinUhlenbeck({ stiffness: matrix, center: centre, diffusion });
    return times.map((time) => system.flowMixture(mixture, time).logDensity(centres).map(Math.exp));
  }
  const volumes = finiteVolumes({ potential, diffusion, box });
  const { frames } = volumes.evolve(volumes.project(mixture), { times, maxTimeStep: flow.tau / 4 });
  return frames.map((frame) => frame.density);
}

function kernelMixture({ points, initial }: GridCourseOptions): GaussianMixture {
  const d = initial.dimension;
  const count = points.length / d;
  const covariance = initial.bandwidth.map((h, a) => initial.bandwidth.map((_, b) => (a === b ? h * h : 0)));
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
    readonly progress: Progress;
  },
  course: {
    readonly measure: KernelDensity;
    readonly standardised: Standardised;
    readonly frames: readonly Frame[];
    readonly steps: readonly (readonly Piece[])[];
  },
): Promise<DensityOnGrid | undefined> {
  const { model, engine, cells, progress } = options;
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
  const onGrid = await gridCourse({
    flow: model.flow,
    evaluate: fieldEvaluator(engine, model),
    initial: measure,
    points: standardised.points,
    steps,
    shown: frames.map(({ step }) => step),
    box,
    progress: (fraction) => progress.update("inverting the map on the grid", fraction),
  });
  return { box, frames: onGrid };
}
