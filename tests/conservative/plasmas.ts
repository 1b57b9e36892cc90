/** @file Clouds on a circle for tests of particle-in-cell. */

import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { normals, uniforms } from "../../src/random/draw.ts";
import { foldIn, type Key } from "../../src/random/key.ts";

export const length = 4 * Math.PI;
export const space = phaseSpace({ positions: 1, velocities: 1, period: length });

/** Independent particles, uniform on the circle, with velocities of deviation 1.5 in every direction; log-densities are of no concern. */
export function randomCloud(key: Key, count: number, velocities = 1): Cloud {
  const dimension = 1 + velocities;
  const u = uniforms(foldIn(key, "x"), count);
  const v = normals(foldIn(key, "v"), count * velocities);
  const positions = Float64Array.from({ length: count * dimension }, (_, k) => {
    const [i, a] = [Math.floor(k / dimension), k % dimension];
    return a === 0 ? length * u[i] : 1.5 * v[i * velocities + a - 1];
  });
  return { dimension, count, positions, logDensity: new Float64Array(count) };
}

/** Resting particles at equal distances, each moved by `amplitude · sin(2πx/L)`. */
export function wave(count: number, amplitude: number): Cloud {
  const positions = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const x = (length * (i + 0.5)) / count;
    positions[2 * i] = (x + amplitude * Math.sin((2 * Math.PI * x) / length) + length) % length;
  }
  return { dimension: 2, count, positions, logDensity: new Float64Array(count) };
}

/** Coordinate `a` of every particle. */
export function coordinate({ dimension, count, positions }: Cloud, a: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => positions[i * dimension + a]);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
