/** @file A potential and its reference on cells of the line, and how a conservative equation is integrated there. */

import { check } from "../../check/check.ts";
import { checkBox, checkEvolution, type GridAxis } from "../../domains/grid.ts";
import type { ScalarFunction } from "../../domains/potentialFunction.ts";
import { cellAverages } from "../../measures/cellAverages.ts";
import type { Measure } from "../../measures/measure.ts";

/** `V` and `V₀` on an interval that holds all but a negligible part of `e^{−V}`. */
export interface SteinLine {
  readonly potential: Pick<ScalarFunction, "value">;
  readonly reference: Pick<ScalarFunction, "value">;
  readonly axis: GridAxis;
}

/** The line cut into cells. */
export interface LineCells {
  readonly axis: GridAxis;
  readonly width: number;
  readonly centers: Float64Array;
  /** The inner edges of the cells, one fewer than cells. */
  readonly edges: Float64Array;
  /** `e^{−V}` at the centres and at the edges. */
  readonly gibbs: Float64Array;
  readonly edgeGibbs: Float64Array;
  /** `e^{V − V₀/2}` at the edges. */
  readonly edgeWeights: Float64Array;
  /** `Z = Σ width e^{−V}`. */
  readonly partition: number;
}

/** One moment of a solution. */
export interface SteinFrame {
  readonly time: number;
  /** Cell averages. */
  readonly density: Float64Array;
  /** `KL(ρ|π) = Σ width ρ log(ρ e^V Z)`. */
  readonly relativeEntropy: number;
  /** `∫₀ᵗ D² ds`, integrated along with the density. */
  readonly dissipated: number;
}

/** Flux through every inner edge, to the left, `ρ`'s change being its difference, and the dissipation `D²` at the time. */
export interface Fluxes {
  readonly flux: Float64Array;
  readonly dissipation: number;
}

/** An equation on cells. */
export interface SteinEquation {
  readonly cells: LineCells;
  /** Cell averages of a measure, scaled to unit mass on the box. */
  project(measure: Measure): Float64Array;
  fluxes(density: Float64Array): Fluxes;
  /** The solution at increasing times, by steps of at most `maxTimeStep`. */
  evolve(
    initial: Float64Array,
    options: { readonly times: readonly number[]; readonly maxTimeStep: number },
  ): readonly SteinFrame[];
}

export function lineCells(where: string, { potential, reference, axis }: SteinLine): LineCells {
  checkBox(where, [axis]);
  const width = (axis.high - axis.low) / axis.cells;
  const centers = Float64Array.from({ length: axis.cells }, (_, i) => axis.low + (i + 0.5) * width);
  const edges = Float64Array.from({ length: axis.cells - 1 }, (_, i) => axis.low + (i + 1) * width);
  const gibbs = centers.map((x) => Math.exp(-potential.value(x)));
  return {
    axis,
    width,
    centers,
    edges,
    gibbs,
    edgeGibbs: edges.map((x) => Math.exp(-potential.value(x))),
    edgeWeights: edges.map((x) => Math.exp(potential.value(x) - 0.5 * reference.value(x))),
    partition: width * gibbs.reduce((sum, value) => sum + value, 0),
  };
}

/** Fluxes in space, and the longest step for which they are stable. */
interface Scheme {
  readonly fluxes: (density: Float64Array) => Fluxes;
  readonly stableStep: (density: Float64Array) => number;
}

/**
 * Integrates `dρ_i/dt = (F_{i+½} − F_{i−½})/width` by the three-stage Runge–Kutta method that is a mean of Euler steps (order 3). Mass is kept to rounding. Steps
 * are as long as `stableStep` says and are halved where a density would become negative.
 *
 * @see Shu & Osher (1988), doi:10.1016/0021-9991(88)90177-5.
 */
export function steinEquation(where: string, cells: LineCells, scheme: Scheme): SteinEquation {
  return {
    cells,
    project: (measure) => cellAverages(`${where}.project`, measure, [cells.axis]),
    fluxes: scheme.fluxes,
    evolve(initial, options) {
      checkEvolution(`${where}.evolve`, initial, { cells: cells.axis.cells, ...options });
      let state: State = { time: 0, density: initial.slice(), dissipated: 0 };
      return options.times.map((time) => {
        state = evolved(cells, scheme, state, { time, maxTimeStep: options.maxTimeStep });
        return { ...state, relativeEntropy: entropyOf(cells, state.density) };
      });
    },
  };
}

type State = Omit<SteinFrame, "relativeEntropy">;

function evolved(
  cells: LineCells,
  { fluxes, stableStep }: Scheme,
  start: State,
  to: { readonly time: number; readonly maxTimeStep: number },
): State {
  let { time, density, dissipated } = start;
  while (time < to.time) {
    const wished = Math.min(to.maxTimeStep, stableStep(density));
    const rest = to.time - time;
    const made = positiveStep(cells, fluxes, density, rest <= wished * (1 + 1e-9) ? rest : wished);
    density = made.density;
    dissipated += made.dissipated;
    time = made.step === rest ? to.time : time + made.step;
  }
  return { time, density, dissipated };
}

function positiveStep(
  cells: LineCells,
  fluxes: (density: Float64Array) => Fluxes,
  density: Float64Array,
  wished: number,
): { readonly density: Float64Array; readonly dissipated: number; readonly step: number } {
  for (let step = wished; ; step /= 2) {
    check(
      step > 1e-12 * wished,
      () => `steinEquation: no step keeps the density positive, of ${wished} down to ${step}`,
    );
    const made = rungeKutta(cells, fluxes, density, step);
    if (made.density.every((value) => value >= 0)) return { ...made, step };
  }
}

function rungeKutta(
  cells: LineCells,
  fluxes: (density: Float64Array) => Fluxes,
  start: Float64Array,
  step: number,
): { readonly density: Float64Array; readonly dissipated: number } {
  const euler = (density: Float64Array) => {
    const { flux, dissipation } = fluxes(density);
    const next = density.map(
      (value, i) =>
        value + (step / cells.width) * ((i < flux.length ? flux[i] : 0) - (i > 0 ? flux[i - 1] : 0)),
    );
    return { next, dissipation };
  };
  const first = euler(start);
  const second = euler(first.next);
  const middle = start.map((value, i) => 0.75 * value + 0.25 * second.next[i]);
  const third = euler(middle);
  return {
    density: start.map((value, i) => (value + 2 * third.next[i]) / 3),
    dissipated: (step * (first.dissipation + second.dissipation + 4 * third.dissipation)) / 6,
  };
}

function entropyOf({ gibbs, width, partition }: LineCells, density: Float64Array): number {
  let sum = 0;
  density.forEach((value, i) => {
    if (value > 0) sum += width * value * Math.log((value * partition) / gibbs[i]);
  });
  return sum;
}
