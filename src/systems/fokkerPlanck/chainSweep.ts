/** @file Linear birth–death chains along the lines of a grid, advanced implicitly: the inner solver of finite volumes. */

import type { Lines } from "../../domains/grid.ts";
import { keepPositive } from "../../linalg/keepPositive.ts";
import { solveTridiagonal } from "../../linalg/tridiagonal.ts";

/** Rates of exchange along one axis; entry `i` belongs to the face between cell `i` and its upper neighbour on that axis. */
export interface ChainRates {
  /** Probability per time to go up, and to come back down. Zero at the last cell of a line: no flux leaves. */
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/** The matrix `I − γΔt/2 L` of every line, eliminated once. */
export interface FactoredSweep {
  readonly rates: ChainRates;
  readonly lines: Lines;
  readonly timeStep: number;
  /** `1 / pivot` and the ratio above the diagonal, per cell. */
  readonly inversePivot: Float64Array;
  readonly ratio: Float64Array;
}

const GAMMA = 2 - Math.SQRT2;
const HALF = GAMMA / 2;

export function factorSweep(rates: ChainRates, lines: Lines, timeStep: number): FactoredSweep {
  const inversePivot = new Float64Array(rates.up.length);
  const ratio = new Float64Array(rates.up.length);
  const k = HALF * timeStep;
  for (const start of lines.starts) {
    let previousRatio = 0;
    for (let c = 0, i = start; c < lines.length; c++, i += lines.stride) {
      const below = i - lines.stride;
      const inflow = c === 0 ? 0 : rates.up[below];
      const loss = rates.up[i] + (c === 0 ? 0 : rates.down[below]);
      inversePivot[i] = 1 / (1 + k * loss - k * inflow * previousRatio);
      previousRatio = k * rates.down[i] * inversePivot[i];
      ratio[i] = previousRatio;
    }
  }
  return { rates, lines, timeStep, inversePivot, ratio };
}

/**
 * Advances every line by one step of TR-BDF2 (second order, L-stable), in place. Sums along a line are kept. A line that
 * would turn negative is advanced by two implicit Euler steps instead, which cannot; the number of such lines is returned.
 *
 * @see Bank, Coughran, Fichtner, Grosse, Rose & Smith (1985), doi:10.1109/TCAD.1985.1270142.
 */
export function sweep(factored: FactoredSweep, density: Float64Array): number {
  const { lines } = factored;
  const old = new Float64Array(lines.length);
  const stage = new Float64Array(lines.length);
  let replaced = 0;
  for (const start of lines.starts) {
    for (let c = 0; c < lines.length; c++) old[c] = density[start + c * lines.stride];
    trBdf2(factored, start, old, stage);
    const kept = keepPositive(stage, old) ? stage : implicitEuler(factored, start, old);
    if (kept !== stage) replaced++;
    for (let c = 0; c < lines.length; c++) density[start + c * lines.stride] = kept[c];
  }
  return replaced;
}

function trBdf2(factored: FactoredSweep, start: number, old: Float64Array, stage: Float64Array): void {
  const { rates, lines, timeStep } = factored;
  const k = HALF * timeStep;
  const n = lines.length;
  // Trapezoidal rule to γΔt: right side (I + γΔt/2 L) ρ, by fluxes through the faces.
  let flux = 0;
  for (let c = 0, i = start; c < n; c++, i += lines.stride) {
    const out = c + 1 < n ? rates.up[i] * old[c] - rates.down[i] * old[c + 1] : 0;
    stage[c] = old[c] + k * (flux - out);
    flux = out;
  }
  substitute(factored, start, stage);
  // BDF2 over (0, γΔt, Δt); with this γ its matrix is the same.
  const weight = 1 / (GAMMA * (2 - GAMMA));
  for (let c = 0; c < n; c++) stage[c] = weight * stage[c] + (1 - weight) * old[c];
  substitute(factored, start, stage);
}

function substitute(
  { rates, lines, timeStep, inversePivot, ratio }: FactoredSweep,
  start: number,
  b: Float64Array,
): void {
  const k = HALF * timeStep;
  const n = lines.length;
  b[0] *= inversePivot[start];
  for (let c = 1, i = start + lines.stride; c < n; c++, i += lines.stride) {
    b[c] = (b[c] + k * rates.up[i - lines.stride] * b[c - 1]) * inversePivot[i];
  }
  for (let c = n - 2, i = start + (n - 2) * lines.stride; c >= 0; c--, i -= lines.stride)
    b[c] += ratio[i] * b[c + 1];
}

function implicitEuler(
  { rates, lines, timeStep }: FactoredSweep,
  start: number,
  old: Float64Array,
): Float64Array {
  const n = lines.length;
  const k = timeStep / 2;
  const [lower, main, upper] = [0, 1, 2].map(() => new Float64Array(n));
  for (let c = 0, i = start; c < n; c++, i += lines.stride) {
    const below = i - lines.stride;
    main[c] = 1 + k * (rates.up[i] + (c === 0 ? 0 : rates.down[below]));
    lower[c] = c === 0 ? 0 : -k * rates.up[below];
    upper[c] = -k * rates.down[i];
  }
  const matrix = { lower, main, upper };
  return solveTridiagonal(matrix, solveTridiagonal(matrix, old));
}
