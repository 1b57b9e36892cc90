/** @file Phase space: positions, on a line, in space or on a torus, and velocities. */

import { check } from "../check/check.ts";

/** The coordinates `start, start + 1, …, start + count − 1` of a point. */
export interface Coordinates {
  readonly start: number;
  readonly count: number;
}

/** Coordinates that live on the torus `[0, L)^count`. */
export interface Torus {
  readonly coordinates: Coordinates;
  /** `L`. */
  readonly period: number;
}

/** Points `z = (x, v)`: positions first, then velocities, of which there may be more. */
export interface PhaseSpace {
  /** Of `z`. */
  readonly dimension: number;
  readonly positions: Coordinates;
  readonly velocities: Coordinates;
  /** Length `L` of the torus in every position; undefined where positions are unbounded. */
  readonly period: number | undefined;
}

/**
 * Phase space with so many positions and velocities.
 *
 * @param options.period `L > 0`: positions live on the torus `[0, L)^{d_x}`, unbounded without it.
 */
export function phaseSpace(options: {
  readonly positions: number;
  readonly velocities: number;
  readonly period?: number;
}): PhaseSpace {
  const { positions, velocities, period } = options;
  for (const [name, count] of Object.entries({ positions, velocities })) {
    check(
      Number.isInteger(count) && count > 0,
      () => `phaseSpace: ${name} must be a positive integer, got ${count}`,
    );
  }
  check(
    period === undefined || (period > 0 && period < Infinity),
    () => `phaseSpace: period must be positive, got ${period}`,
  );
  return {
    dimension: positions + velocities,
    positions: { start: 0, count: positions },
    velocities: { start: positions, count: velocities },
    period,
  };
}

/** `x mod L` in `[0, L)`; as it is where there is no period. */
export function wrapped(x: number, period: number | undefined): number {
  if (period === undefined) return x;
  const rest = x - period * Math.floor(x / period);
  // Rounding takes a tiny negative x to L itself, which is 0.
  return rest < period ? rest : 0;
}
