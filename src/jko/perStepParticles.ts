/** @file Which particles of a cloud a per-step solver learns from, and which it keeps to judge the result. */

import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import { permutation } from "../random/draw.ts";
import type { Key } from "../random/key.ts";

/** Disjoint sets of particles, by index; all of them twice where none are held out. */
export interface ParticleSplit {
  readonly training: Int32Array;
  readonly holdOut: Int32Array;
}

/** A random split; the hold-out set is never trained on, in any step. */
export function splitParticles(cloud: Cloud, key: Key, fraction: number): ParticleSplit {
  check(
    fraction >= 0 && fraction < 1,
    () => `perStepSolver: holdOut must be a fraction from 0 to below 1, got ${fraction}`,
  );
  if (fraction === 0) {
    const all = Int32Array.from({ length: cloud.count }, (_, i) => i);
    return { training: all, holdOut: all };
  }
  const held = Math.round(fraction * cloud.count);
  check(
    held >= 2 && cloud.count - held >= 2,
    () =>
      `perStepSolver: training and hold-out need 2 particles each, got ${cloud.count} particles and holdOut ${fraction}`,
  );
  const order = permutation(key, cloud.count);
  return { training: order.slice(held), holdOut: order.slice(0, held) };
}

/** Rows of an array of `count` rows, by index. */
export function rowsOf(values: ArrayLike<number>, indices: Int32Array, width: number): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let j = 0; j < indices.length; j++) {
    for (let k = 0; k < width; k++) rows[j * width + k] = values[indices[j] * width + k];
  }
  return rows;
}
