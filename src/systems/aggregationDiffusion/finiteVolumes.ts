/** @file Finite volumes for any Wasserstein gradient flow of a free energy, on a box of the line or the plane. */

import { check } from "../../check/check.ts";
import {
  cellCenters,
  checkBox,
  checkEvolution,
  type GridAxis,
  type Lines,
  linesAlong,
  volumeOfCell,
} from "../../domains/grid.ts";
import { numberOf } from "../../energies/coefficient.ts";
import type { Energy } from "../../energies/energy.ts";
import { cellAverages } from "../../measures/cellAverages.ts";
import type { Measure } from "../../measures/measure.ts";
import { greatest, gridEnergy } from "./chemicalPotential.ts";

/** Cell averages at one time, the last axis fastest. */
export interface VolumesFrame {
  readonly time: number;
  readonly density: Float64Array;
  readonly freeEnergy: number;
}

export interface AggregationDiffusionVolumes {
  readonly axes: readonly GridAxis[];
  /** Cell centres, row-major `[cells, d]`, the last axis fastest. */
  readonly centers: Float64Array;
  readonly cellVolume: number;
  /** Cell averages of a measure, scaled to unit mass on the box. */
  readonly project: (measure: Measure) => Float64Array;
  /** The solution at increasing times, with time steps as short as stability asks for, and of at most `maxTimeStep`. */
  readonly evolve: (
    initial: Float64Array,
    options: { readonly times: readonly number[]; readonly maxTimeStep?: number },
  ) => { readonly frames: readonly VolumesFrame[]; readonly substeps: number };
  /** `−∇(U'(ρ) + V + W*ρ)` at the centres, row-major `[cells, d]`. */
  readonly velocity: (density: Float64Array) => Float64Array;
}

/**
 * `∂_t ρ = ∇·(ρ∇(U'(ρ) + V + W*ρ))` with no flux through the boundary of the box: upwind fluxes with linear reconstruction by the
 * generalised minmod slope, explicit in time by the two-stage SSP Runge–Kutta scheme. Second order where the solution is smooth; mass is conserved to
 * round-off and densities stay non-negative. Equations with an entropy and no interaction have the faster implicit `finiteVolumes`.
 *
 * @param options.box one or two axes, wide enough that the mass outside is negligible.
 * @see Carrillo, Chertock & Huang (2015), A finite-volume method for nonlinear nonlocal equations with a gradient flow structure,
 *   doi:10.4208/cicp.160214.010814a.
 */
export function aggregationDiffusionVolumes(options: {
  readonly energy: Energy;
  readonly box: readonly GridAxis[];
}): AggregationDiffusionVolumes {
  const { energy, box: axes } = options;
  checkBox("aggregationDiffusionVolumes", axes);
  const grid = gridEnergy(energy, axes);
  const directions = axes.map(({ low, high, cells }, a) => ({
    lines: linesAlong(axes, a),
    width: (high - low) / cells,
  }));
  const centers = cellCenters(axes);
  const change = (density: Float64Array) =>
    rateOfChange(grid.chemicalPotential(density), density, directions);
  return {
    axes,
    centers,
    cellVolume: volumeOfCell(axes),
    project: (measure) => cellAverages("aggregationDiffusionVolumes.project", measure, axes),
    evolve: (initial, { times, maxTimeStep = Number.POSITIVE_INFINITY }) => {
      const cells = centers.length / axes.length;
      checkEvolution("aggregationDiffusionVolumes.evolve", initial, { cells, times, maxTimeStep });
      let density: Float64Array = initial;
      let [time, substeps] = [0, 0];
      const frames: VolumesFrame[] = [];
      for (const target of times) {
        while (time < target) {
          const { rate, fastest } = change(density);
          const stable = Math.min(fastest, diffusiveLimit(energy, density, directions), maxTimeStep);
          const step = Math.min(stable, target - time);
          check(
            step > 0,
            () => `aggregationDiffusionVolumes: no time step is stable at t = ${time}; the density collapses`,
          );
          density = heun(density, { rate, step, change });
          time = step === target - time ? target : time + step;
          substeps++;
        }
        frames.push({ time, density: density.slice(), freeEnergy: grid.freeEnergy(density) });
      }
      return { frames, substeps };
    },
    velocity: (density) => velocityAtCenters(grid.chemicalPotential(density), directions),
  };
}

interface Direction {
  readonly lines: Lines;
  readonly width: number;
}

interface Change {
  readonly rate: Float64Array;
  /** The longest Euler step that leaves no density negative. */
  readonly fastest: number;
}

/** `−Σ_a (F_{i+½} − F_{i−½})/h_a` with `F = ρᴱ u⁺ + ρᵂ u⁻` and `u = −(ξ_{i+1} − ξ_i)/h`. */
function rateOfChange(
  potential: Float64Array,
  density: Float64Array,
  directions: readonly Direction[],
): Change {
  const rate = new Float64Array(density.length);
  let fastest = Number.POSITIVE_INFINITY;
  for (const { lines, width } of directions) {
    const { starts, stride, length } = lines;
    let quickest = 0;
    for (const start of starts) {
      for (let c = 0, i = start; c + 1 < length; c++, i += stride) {
        const speed = (potential[i] - potential[i + stride]) / width;
        quickest = Math.max(quickest, Math.abs(speed));
        const from = speed > 0 ? c : c + 1;
        const slope =
          from === 0 || from === length - 1 ? 0 : limitedSlope(density, start + from * stride, stride);
        const flux = speed * (density[start + from * stride] + (speed > 0 ? 0.5 : -0.5) * slope);
        rate[i] -= flux / width;
        rate[i + stride] += flux / width;
      }
    }
    fastest = Math.min(fastest, width / (2 * directions.length * quickest));
  }
  return { rate, fastest };
}

/** The generalised minmod slope, times the width of a cell: with it neither end of the cell is negative. */
function limitedSlope(density: Float64Array, i: number, stride: number): number {
  const [left, right] = [density[i] - density[i - stride], density[i + stride] - density[i]];
  if (left * right <= 0) return 0;
  const least = Math.min(2 * Math.abs(left), 0.5 * Math.abs(left + right), 2 * Math.abs(right));
  return left > 0 ? least : -least;
}

/** `ρ ← ½ρ + ½(ρ¹ + hL(ρ¹))` with `ρ¹ = ρ + hL(ρ)`. */
function heun(
  density: Float64Array,
  by: {
    readonly rate: Float64Array;
    readonly step: number;
    readonly change: (density: Float64Array) => Change;
  },
): Float64Array {
  const first = density.map((value, i) => Math.max(0, value + by.step * by.rate[i]));
  const second = by.change(first).rate;
  return density.map((value, i) => Math.max(0, 0.5 * (value + first[i] + by.step * second[i])));
}

/** Half of `1/(2 max P'(ρ) Σ 1/h²)`, the limit of an explicit scheme for diffusion with the coefficient `P'(ρ)`. */
function diffusiveLimit(
  { internal }: Energy,
  density: Float64Array,
  directions: readonly Direction[],
): number {
  if (internal === undefined) return Number.POSITIVE_INFINITY;
  const diffusion = numberOf(internal.exponent) * internal.pressure(Math.log(greatest(density)));
  const squares = directions.reduce((sum, { width }) => sum + 1 / width ** 2, 0);
  return 0.5 / (2 * diffusion * squares);
}

function velocityAtCenters(potential: Float64Array, directions: readonly Direction[]): Float64Array {
  const d = directions.length;
  const velocity = new Float64Array(potential.length * d);
  directions.forEach(({ lines: { starts, stride, length }, width }, a) => {
    for (const start of starts) {
      for (let c = 0; c < length; c++) {
        const [before, after] = [Math.max(0, c - 1), Math.min(length - 1, c + 1)];
        const rise = potential[start + after * stride] - potential[start + before * stride];
        velocity[(start + c * stride) * d + a] = -rise / ((after - before) * width);
      }
    }
  });
  return velocity;
}
