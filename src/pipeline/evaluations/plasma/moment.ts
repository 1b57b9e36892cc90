/** @file What is measured of a plasma at one moment. */

import { fieldEnergy, gaussDefect } from "../../../conservative/gauss.ts";
import type { PlasmaFields } from "../../../conservative/particleInCell.ts";
import type { PeriodicCells } from "../../../conservative/periodicCells.ts";
import type { AmpereFields } from "../../../conservative/vlasovAmpere.ts";
import type { Cloud, Floats } from "../../../measures/cloud.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";

/** Energies are those of a unit of mass, except that of the field, which is that of the whole plasma. */
export interface PlasmaMoment {
  readonly time: number;
  /** `½ΔxΣE_j²`. */
  readonly field: number;
  /** `|E_1|`, the amplitude of the longest wave of the field. */
  readonly wave: number;
  /** `E½|v|²`. */
  readonly kinetic: number;
  /** `E v_a²` in the mean over the velocities `a > 1`, on which no field acts; NaN where there are none. */
  readonly across: number;
  /** `E v₁`. */
  readonly momentum: number;
  /** `E½|v|² + ½∫|E|²/M`. */
  readonly energy: number;
  /** `T E log f` and the energy: the free energy. NaN where particles carry no density. */
  readonly free: number;
  /** By how much a field on the faces violates the law of Gauss; NaN where there is none. */
  readonly gauss: number;
}

/** Measures a cloud and its fields. */
export function plasmaMoment(
  flow: PlasmaFlow,
  at: { readonly time: number; readonly cloud: Cloud; readonly fields: PlasmaFields },
): PlasmaMoment {
  const { time, cloud, fields } = at;
  const { cells } = flow.conservative;
  const temperature = flow.energy.internal?.coefficient as number;
  const kinetic = kineticEnergy(cloud);
  const energy = kinetic + flow.conservative.energy(fields);
  return {
    time,
    field: fieldEnergy(cells, fields.electric),
    wave: longestWave(cells, fields.electric).amplitude,
    kinetic,
    across: temperatureAcross(cloud),
    momentum: meanOf(cloud.positions, cloud.dimension, 1),
    energy,
    gauss: "faces" in fields ? gaussDefect(cells, fields as AmpereFields) : Number.NaN,
    free: energy + temperature * meanOf(cloud.logDensity, 1, 0),
  };
}

/** `E½|v|²` over all velocities. */
export function kineticEnergy({ dimension, count, positions }: Cloud): number {
  let squares = 0;
  for (let i = 0; i < positions.length; i += dimension) {
    for (let a = 1; a < dimension; a++) squares += positions[i + a] * positions[i + a];
  }
  return squares / (2 * count);
}

/**
 * The wave `A cos(2π(x − c)/L)` of a field, with `A ≥ 0` and the phase `2πc/L`. Its potential is least at `c + L/4`, around which particles are trapped.
 */
export function longestWave(
  { count }: Pick<PeriodicCells, "count">,
  field: Float64Array,
): { readonly amplitude: number; readonly phase: number } {
  let [re, im] = [0, 0];
  for (let j = 0; j < count; j++) {
    const angle = (2 * Math.PI * (j + 0.5)) / count;
    re += (2 / count) * field[j] * Math.cos(angle);
    im += (2 / count) * field[j] * Math.sin(angle);
  }
  return { amplitude: Math.hypot(re, im), phase: Math.atan2(im, re) };
}

function temperatureAcross({ dimension, count, positions }: Cloud): number {
  let squares = 0;
  for (let i = 0; i < positions.length; i += dimension) {
    for (let a = 2; a < dimension; a++) squares += positions[i + a] * positions[i + a];
  }
  return dimension > 2 ? squares / (count * (dimension - 2)) : Number.NaN;
}

/** The mean of every `stride`-th value, from the one at `first`. */
function meanOf(values: Floats, stride: number, first: number): number {
  let sum = 0;
  for (let i = first; i < values.length; i += stride) sum += values[i];
  return (sum * stride) / values.length;
}
