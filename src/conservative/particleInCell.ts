/** @file Motion in the electric field of the particles themselves: what all particle-in-cell schemes share. */

import { check } from "../check/check.ts";
import { type PhaseSpace, wrapped } from "../domains/phaseSpace.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import type { Conservative } from "./conservative.ts";
import { gatherField, type PeriodicCells, type Places, periodicCells } from "./periodicCells.ts";

/** Charge and field at the cell centres. */
export interface PlasmaFields {
  /** `ρ_j`, in units of mass over length. */
  readonly density: Float64Array;
  /** `E_j`, the force on a unit of mass. */
  readonly electric: Float64Array;
}

/** What both schemes need. */
export interface PlasmaOptions {
  /** One position on a torus, and one velocity or more: the field acts on the first. */
  readonly space: PhaseSpace;
  /** `M = ∫∫f > 0`, of which each of the `N` particles carries `M/N`; the plasma frequency is `ω_p² = M/L`. */
  readonly mass: number;
  /** Cells of the grid. */
  readonly cells: number;
  /**
   * `drift-kick` is symplectic Euler, of order 1, and `verlet` is half a kick, a drift and half a kick, of order 2. Both solve for the field
   * once a step, between drift and kick.
   */
  readonly scheme: "drift-kick" | "verlet";
}

/** A conservative part with the grid that its fields live on. */
export interface Plasma<Fields extends PlasmaFields> extends Conservative<Fields> {
  readonly cells: PeriodicCells;
  readonly mass: number;
}

/** What one scheme does between drift and kick. */
export interface FieldRule<Fields> {
  init(cloud: Cloud): Fields;
  next(drift: {
    readonly before: Floats;
    readonly displacements: Float64Array;
    readonly after: Floats;
    readonly fields: Fields;
  }): Fields;
  energy(fields: Fields): number;
}

/** Drift and kick around the solution for the field. */
export function plasma<Fields extends PlasmaFields>(
  name: string,
  options: PlasmaOptions,
  rule: FieldRule<Fields>,
): Plasma<Fields> {
  const { space, mass, scheme } = options;
  const cells = cellsOf(name, options);
  const stride = space.dimension;
  const kick = (positions: Float64Array, { electric }: Fields, h: number) => {
    const places: Places = { positions, stride };
    const force = gatherField(cells, places, electric);
    for (let i = 0, k = 1; i < force.length; i++, k += stride) positions[k] += h * force[i];
  };
  return {
    name: `${name}, ${scheme}`,
    cells,
    mass,
    init: rule.init,
    push(cloud, fields, tau) {
      const start = new Float64Array(cloud.positions);
      if (scheme === "verlet") kick(start, fields, tau / 2);
      const positions = start.slice();
      const displacements = new Float64Array(cloud.count);
      for (let i = 0, k = 0; i < cloud.count; i++, k += stride) {
        displacements[i] = tau * start[k + 1];
        positions[k] = wrapped(start[k] + displacements[i], cells.length);
      }
      const next = rule.next({ before: start, displacements, after: positions, fields });
      kick(positions, next, scheme === "verlet" ? tau / 2 : tau);
      return { cloud: { ...cloud, positions }, fields: next };
    },
    energy: rule.energy,
  };
}

/** The grid of a plasma, checked. */
export function cellsOf(where: string, { space, mass, cells }: PlasmaOptions): PeriodicCells {
  const { positions, period } = space;
  check(
    positions.count === 1 && period !== undefined,
    () =>
      `${where}: space must have one position, on a torus, got ${positions.count} and period ${period}. Use phaseSpace({ positions: 1, period }).`,
  );
  check(mass > 0 && mass < Infinity, () => `${where}: mass must be positive and finite, got ${mass}`);
  return periodicCells({ count: cells, length: period as number });
}
