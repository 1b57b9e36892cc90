/** @file Finite volumes for the Fokker–Planck equation on a box, on the line and in the plane. */

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
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { cellAverages } from "../../measures/cellAverages.ts";
import type { Measure } from "../../measures/measure.ts";
import { type ChainRates, type FactoredSweep, factorSweep, sweep } from "./chainSweep.ts";

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
  checkBox("finiteVolumes", axes);
  check(
    diffusion > 0 && diffusion < Infinity,
    () => `finiteVolumes: diffusion must be positive, got ${diffusion}`,
  );
  const widths = axes.map(({ low, high, cells }) => (high - low) / cells);
  const cellVolume = volumeOfCell(axes);
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
    project: (measure) => cellAverages("finiteVolumes.project", measure, axes),
    evolve: (initial, { times, maxTimeStep }) => {
      checkEvolution("finiteVolumes.evolve", initial, { cells: stationary.length, times, maxTimeStep });
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
