/** @file A periodic interval cut into cells, and what particles and cells exchange: charge one way, forces the other. */

import { check } from "../check/check.ts";
import type { Floats } from "../measures/cloud.ts";

/** `[0, L)` in `n` cells of width `Δx = L/n`, with centres `x_j = (j + ½)Δx` and faces `x_{j+½} = (j + 1)Δx`. */
export interface PeriodicCells {
  readonly count: number;
  readonly length: number;
  readonly width: number;
}

/** The positions among the coordinates of a cloud's particles: the first of every `stride` numbers, in `[0, L)`. */
export interface Places {
  readonly positions: Floats;
  readonly stride: number;
}

export function periodicCells(options: { readonly count: number; readonly length: number }): PeriodicCells {
  const { count, length } = options;
  check(
    Number.isInteger(count) && count >= 4,
    () => `periodicCells: count must be an integer above 3, got ${count}`,
  );
  check(
    length > 0 && length < Infinity,
    () => `periodicCells: length must be positive and finite, got ${length}`,
  );
  return { count, length, width: length / count };
}

/**
 * The density `ρ_j = (M/NΔx) Σ_i S(x_j − x_i)` at the centres, with the tent `S(r) = max(0, 1 − |r|/Δx)`: each particle shares its
 * charge `M/N` between the two centres around it. `Σ_j ρ_j Δx = M`.
 *
 * @see Birdsall & Langdon (1985), Plasma Physics via Computer Simulation, section 2-6.
 */
export function depositCharge(cells: PeriodicCells, places: Places, mass: number): Float64Array {
  const { count, width } = cells;
  const { positions, stride } = places;
  // One more cell at the right end: what goes around the circle is added to the first at last.
  const shares = new Float64Array(count + 1);
  for (let i = 0; i < positions.length; i += stride) {
    const at = positions[i] / width - 0.5;
    const left = at < 0 ? count - 1 : Math.floor(at);
    const right = at < 0 ? at + 1 : at - left;
    shares[left] += 1 - right;
    shares[left + 1] += right;
  }
  shares[0] += shares[count];
  const scale = (mass * stride) / (positions.length * width);
  return shares.subarray(0, count).map((share) => scale * share);
}

/** `E(x_i) = Σ_j E_j S(x_j − x_i)` at every particle, `[N]`: the adjoint of {@link depositCharge}, with the same tent. */
export function gatherField(cells: PeriodicCells, places: Places, field: Float64Array): Float64Array {
  const { count, width } = cells;
  const { positions, stride } = places;
  const around = new Float64Array(count + 1);
  around.set(field);
  around[count] = field[0];
  const result = new Float64Array(positions.length / stride);
  for (let i = 0, k = 0; i < positions.length; i += stride, k++) {
    const at = positions[i] / width - 0.5;
    const left = at < 0 ? count - 1 : Math.floor(at);
    const right = at < 0 ? at + 1 : at - left;
    result[k] = around[left] + right * (around[left + 1] - around[left]);
  }
  return result;
}

/**
 * The charge `∫j_{j+½} dt = (M/N) Σ_i [G_{j+½}(x_i + d_i) − G_{j+½}(x_i)]` that crosses every face while particle `i` moves by `d_i`
 * along a straight line, which may be several cells long or lead around the circle. `G_{j+½}(x)` is the share of the charge of a
 * particle at `x` that {@link depositCharge} puts right of the face, so that with the densities before and after
 * `Δx (ρ'_j − ρ_j) = ∫j_{j−½} − ∫j_{j+½}`, the equation of continuity, holds to rounding.
 *
 * @param displacements `d`, `[N]`, not wrapped.
 * @see Villasenor & Buneman (1992), doi:10.1016/0010-4655(92)90169-Y.
 */
export function depositCurrent(
  cells: PeriodicCells,
  places: Places,
  motion: { readonly displacements: Float64Array; readonly mass: number },
): Float64Array {
  const { count, width } = cells;
  const { positions, stride } = places;
  const { displacements, mass } = motion;
  const crossed = new Float64Array(count);
  for (let i = 0, k = 0; i < positions.length; i += stride, k++) {
    const from = positions[i] / width - 0.5;
    const to = from + displacements[k] / width;
    const [low, high, sign] = from < to ? [from, to, 1] : [to, from, -1];
    for (let j = Math.floor(low); j < high; j++) {
      // Between the centres j and j + 1 a particle's charge passes the face between them in proportion to its way.
      const way = Math.min(high, j + 1) - Math.max(low, j);
      crossed[((j % count) + count) % count] += sign * way;
    }
  }
  const scale = (mass * stride) / positions.length;
  return crossed.map((way) => scale * way);
}
