/** @file The density of a learned roll-out on a fixed grid, and how far it is from the equation's own. */

import { cellCenters, type GridAxis, volumeOfCell } from "../domains/grid.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Measure } from "../measures/measure.ts";
import { relativeGridError } from "../metrics/kernelGrid.ts";
import { pullBackDensity } from "../operator/densityGrid.ts";
import type { FieldEvaluator } from "../operator/evaluator.ts";
import type { Piece } from "../operator/solver.ts";
import { volumesOf } from "./volumesOf.ts";

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

/**
 * The density after each of the shown steps, by Newton inversion of the composite map.
 *
 * @param options.steps the pieces of each step, in order.
 * @param options.shown steps at which the density is wanted, ascending.
 * @param options.exact the equation's own density at these steps, where it is known.
 */
export async function densityCourse(options: {
  readonly flow: GradientFlow;
  readonly evaluate: FieldEvaluator;
  readonly initial: Measure;
  readonly steps: readonly (readonly Piece[])[];
  readonly shown: readonly number[];
  readonly box: readonly GridAxis[];
  readonly exact: readonly Float64Array[] | undefined;
  readonly progress: (fraction: number) => void;
}): Promise<GridFrame[]> {
  const { flow, evaluate, initial, steps, shown, box, progress } = options;
  const centres = cellCenters(box);
  const total = shown.reduce((sum, step) => sum + Math.max(1, step), 0);
  const frames: GridFrame[] = [];
  let done = 0;
  for (const [i, step] of shown.entries()) {
    const pieces = steps.slice(0, step).flat();
    const pulled = await pullBackDensity(centres, pieces, { evaluate, tau: flow.tau, initial });
    const density = pulled.logDensity.map(Math.exp);
    const exact = options.exact?.[i];
    frames.push({
      step,
      time: step * flow.tau,
      density,
      mass: volumeOfCell(box) * density.reduce((sum, value) => sum + value, 0),
      error: exact && relativeGridError(density, exact),
      unconverged: pulled.unconverged,
    });
    done += Math.max(1, step);
    progress(done / total);
  }
  return frames;
}

/**
 * The equation on a grid by finite volumes, at increasing times. Undefined where there is no affordable scheme: beyond the plane, and
 * for interactions.
 */
export function equationOnGrid(
  { energy, dimension, tau, mobility }: GradientFlow,
  initial: Measure,
  at: { readonly box: readonly GridAxis[]; readonly times: readonly number[] },
): Float64Array[] | undefined {
  const { internal, interaction } = energy;
  const { box, times } = at;
  if (dimension > 2 || interaction !== undefined || internal === undefined || mobility.scale !== 1)
    return undefined;
  const volumes = volumesOf(energy, box);
  const { frames } = volumes.evolve(volumes.project(initial), { times, maxTimeStep: tau / 4 });
  return frames.map(({ density }) => density);
}
