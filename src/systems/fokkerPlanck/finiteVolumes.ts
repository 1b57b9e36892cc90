/** @file Finite volumes for the Fokker–Planck equation on a box, on the line and in the plane. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import type { Measure } from "../../measures/measure.ts";
import { type ChainRates, type FactoredSweep, factorSweep, type Lines, sweep } from "./chainSweep.ts";

/** One side of the box, cut into equal cells. */
export interface GridAxis {
  readonly low: number;
  readonly high: number;
  readonly cells: number;
}

export interface DensityFrame {
  readonly time: number;
  /** Cell averages, the last axis fastest. */
  readonly density: Float64Array;
  /** `Σ vol (D ρ log ρ + V ρ)`. */
  readonly freeEnergy: number;
  /** `KL(ρ | stationary)`; the free energy is `D` times it plus a constant. */
  readonly relativeEntropy: number;
}

export interface FiniteVolumes {
  readonly axes: readonly GridAxis[];
  /** Cell centres, row-major `[cells, d]`, the last axis fastest. */
  readonly centers: Float64Array;
  readonly cellVolume: number;
  /** The discrete stationary density, `∝ e^{−V/D}` at the centres: kept exactly by the scheme. */
  readonly stationary: Float64Array;
  /** Cell averages of a measure (3-point Gauss quadrature along each axis), scaled to unit mass on the box. */
  readonly project: (measure: Measure) => Float64Array;
  /** The solution at the given increasing times, with time steps of at most `maxTimeStep`. */
  readonly evolve: (
    initial: Float64Array,
    options: { readonly times: readonly number[]; readonly maxTimeStep: number },
  ) => { readonly frames: readonly DensityFrame[]; readonly replacedLines: number };
}

/**
 * `∂_t ρ = ∇·(ρ∇V) + DΔρ` with no flux through the boundary of the box.
 *
 * Scharfetter–Gummel fluxes `F = (D/h)(B(p) ρ_i − B(−p) ρ_{i+1})`, `p = (V_{i+1} − V_i)/D`, `B(p) = p/(e^p − 1)`, in space; in time TR-BDF2 along
 * each line, and Strang splitting `x/2, y, x/2` in the plane. Second order in the cell width and in the time step;
 * mass is conserved to round-off, densities stay non-negative, and the discrete Gibbs density is a steady state of every substep.
 *
 * @param options.box one or two axes, wide enough that the mass outside is negligible.
 * @param options.diffusion `D > 0`, in units of length²/time.
 */
export function finiteVolumes(options: {
  readonly potential: PotentialFunction;
  readonly diffusion: number;
  readonly box: readonly GridAxis[];
}): FiniteVolumes {
  const { potential, diffusion, box: axes } = options;
  checkBox(axes);
  check(
    diffusion > 0 && diffusion < Infinity,
    () => `finiteVolumes: diffusion must be positive, got ${diffusion}`,
  );
  const widths = axes.map(({ low, high, cells }) => (high - low) / cells);
  const cellVolume = widths.reduce((product, h) => product * h, 1);
  const centers = cellCenters(axes);
  const d = axes.length;
  const potentials = Float64Array.from({ length: centers.length / d }, (_, i) =>
    potential.value(centers.subarray(i * d, (i + 1) * d)),
  );
  const rates = axes.map((_, a) =>
    faceRates(potentials, linesAlong(axes, a), { diffusion, width: widths[a] }),
  );
  const stationary = gibbs(potentials, diffusion, cellVolume);
  const frame = (time: number, density: Float64Array): DensityFrame => ({
    time,
    density: density.slice(),
    ...energies(density, { potentials, stationary, diffusion, cellVolume }),
  });
  return {
    axes,
    centers,
    cellVolume,
    stationary,
    project: (measure) => cellAverages(measure, axes, cellVolume),
    evolve: (initial, { times, maxTimeStep }) => {
      checkEvolution(initial, stationary.length, times, maxTimeStep);
      const density = initial.slice();
      const frames: DensityFrame[] = [];
      let time = 0;
      let replacedLines = 0;
      for (const target of times) {
        const steps = Math.ceil((target - time) / maxTimeStep - 1e-9);
        if (steps > 0)
          replacedLines += advance(density, { axes, rates, steps, timeStep: (target - time) / steps });
        time = target;
        frames.push(frame(time, density));
      }
      return { frames, replacedLines };
    },
  };
}

function checkBox(axes: readonly GridAxis[]): void {
  check(
    axes.length === 1 || axes.length === 2,
    () => `finiteVolumes: box must have one or two axes, got ${axes.length}`,
  );
  axes.forEach(({ low, high, cells }, a) => {
    check(low < high, () => `finiteVolumes: low must be below high, got [${low}, ${high}] on axis ${a}`);
    check(
      Number.isInteger(cells) && cells >= 2,
      () => `finiteVolumes: cells must be an integer above 1, got ${cells}`,
    );
  });
}

function checkEvolution(
  initial: Float64Array,
  cells: number,
  times: readonly number[],
  maxTimeStep: number,
): void {
  check(
    initial.length === cells,
    () => `finiteVolumes.evolve: initial must have ${cells} cells, got ${initial.length}`,
  );
  check(
    initial.every((value) => value >= 0 && value < Infinity),
    () => "finiteVolumes.evolve: initial must be finite and not negative",
  );
  check(maxTimeStep > 0, () => `finiteVolumes.evolve: maxTimeStep must be positive, got ${maxTimeStep}`);
  check(
    times.every((time, k) => time >= (times[k - 1] ?? 0)),
    () => `finiteVolumes.evolve: times must increase from 0, got [${times}]`,
  );
}

function advance(
  density: Float64Array,
  options: { axes: readonly GridAxis[]; rates: readonly ChainRates[]; steps: number; timeStep: number },
): number {
  const { axes, rates, steps, timeStep } = options;
  const factored = (a: number, part: number): FactoredSweep =>
    factorSweep(rates[a], linesAlong(axes, a), part * timeStep);
  let replaced = 0;
  if (axes.length === 1) {
    const whole = factored(0, 1);
    for (let k = 0; k < steps; k++) replaced += sweep(whole, density);
    return replaced;
  }
  const [half, whole, across] = [factored(0, 0.5), factored(0, 1), factored(1, 1)];
  // The half sweeps of neighbouring steps are joined into whole ones.
  replaced += sweep(half, density);
  for (let k = 0; k < steps; k++) {
    replaced += sweep(across, density);
    replaced += sweep(k + 1 < steps ? whole : half, density);
  }
  return replaced;
}

function linesAlong(axes: readonly GridAxis[], axis: number): Lines {
  if (axes.length === 1) return { starts: Int32Array.of(0), stride: 1, length: axes[0].cells };
  const [rows, columns] = axes.map(({ cells }) => cells);
  return axis === 0
    ? { starts: Int32Array.from({ length: columns }, (_, j) => j), stride: columns, length: rows }
    : { starts: Int32Array.from({ length: rows }, (_, i) => i * columns), stride: 1, length: columns };
}

function faceRates(
  potentials: Float64Array,
  lines: Lines,
  { diffusion, width }: { diffusion: number; width: number },
): ChainRates {
  const up = new Float64Array(potentials.length);
  const down = new Float64Array(potentials.length);
  const scale = diffusion / (width * width);
  for (const start of lines.starts) {
    for (let c = 0, i = start; c + 1 < lines.length; c++, i += lines.stride) {
      const rise = (potentials[i + lines.stride] - potentials[i]) / diffusion;
      up[i] = scale * bernoulli(rise);
      down[i] = scale * bernoulli(-rise);
    }
  }
  return { up, down };
}

/** `p / (e^p − 1)`. */
function bernoulli(p: number): number {
  return p === 0 ? 1 : p / Math.expm1(p);
}

function gibbs(potentials: Float64Array, diffusion: number, cellVolume: number): Float64Array {
  const lowest = potentials.reduce((least, v) => Math.min(least, v), Infinity);
  const unnormalised = potentials.map((v) => Math.exp((lowest - v) / diffusion));
  const mass = cellVolume * unnormalised.reduce((sum, value) => sum + value, 0);
  return unnormalised.map((value) => value / mass);
}

function energies(
  density: Float64Array,
  options: { potentials: Float64Array; stationary: Float64Array; diffusion: number; cellVolume: number },
) {
  const { potentials, stationary, diffusion, cellVolume } = options;
  let freeEnergy = 0;
  let relativeEntropy = 0;
  for (let i = 0; i < density.length; i++) {
    if (density[i] === 0) continue;
    const log = Math.log(density[i]);
    freeEnergy += cellVolume * density[i] * (diffusion * log + potentials[i]);
    relativeEntropy += cellVolume * density[i] * (log - Math.log(stationary[i]));
  }
  return { freeEnergy, relativeEntropy };
}

const GAUSS_NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
const GAUSS_WEIGHTS = [5 / 18, 8 / 18, 5 / 18];

function cellAverages(measure: Measure, axes: readonly GridAxis[], cellVolume: number): Float64Array {
  check(
    measure.dimension === axes.length,
    () => `finiteVolumes.project: the measure must have dimension ${axes.length}, got ${measure.dimension}`,
  );
  const values = measure.logDensity(gridPoints(axes, GAUSS_NODES)).map(Math.exp);
  const weights =
    axes.length === 1 ? GAUSS_WEIGHTS : GAUSS_WEIGHTS.flatMap((w) => GAUSS_WEIGHTS.map((v) => w * v));
  const averages = Float64Array.from({ length: values.length / weights.length }, (_, i) =>
    weights.reduce((sum, w, k) => sum + w * values[i * weights.length + k], 0),
  );
  const mass = cellVolume * averages.reduce((sum, value) => sum + value, 0);
  check(mass > 0, () => "finiteVolumes.project: the measure must have mass on the box");
  return averages.map((value) => value / mass);
}

/** Centres of the cells of a grid, row-major `[cells, d]`, the last axis fastest. */
export function cellCenters(axes: readonly GridAxis[]): Float64Array {
  return gridPoints(axes, [0.5]);
}

/** In every cell the points at these fractions of its sides, cell by cell, row-major. */
function gridPoints(axes: readonly GridAxis[], fractions: readonly number[]): Float64Array {
  const at = ({ low, high, cells }: GridAxis, cell: number, fraction: number) =>
    low + ((high - low) * (cell + fraction)) / cells;
  const points: number[] = [];
  for (let i = 0; i < axes[0].cells; i++) {
    if (axes.length === 1) {
      for (const f of fractions) points.push(at(axes[0], i, f));
      continue;
    }
    for (let j = 0; j < axes[1].cells; j++) {
      for (const f of fractions) for (const g of fractions) points.push(at(axes[0], i, f), at(axes[1], j, g));
    }
  }
  return Float64Array.from(points);
}
