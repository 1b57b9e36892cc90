/** @file The Fokker–Planck equation by simulating independent particles. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { normals } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";

/**
 * Positions at time `steps · timeStep` of `dX = −∇V(X) dt + √(2D) dB`, by the scheme of Euler and Maruyama: weak order 1 in the time step,
 * and a sampling error that falls with the root of the number of particles.
 *
 * @param points row-major start positions, `[n, dimension]`; not changed.
 * @param options.diffusion `D ≥ 0`, in units of length²/time.
 */
export function eulerMaruyama(
  key: Key,
  points: Float64Array,
  options: {
    readonly dimension: number;
    readonly potential: PotentialFunction;
    readonly diffusion: number;
    readonly timeStep: number;
    readonly steps: number;
  },
): Float64Array {
  const { dimension, potential, diffusion, timeStep, steps } = options;
  check(timeStep > 0, () => `eulerMaruyama: timeStep must be positive, got ${timeStep}`);
  check(diffusion >= 0, () => `eulerMaruyama: diffusion must not be negative, got ${diffusion}`);
  check(
    points.length % dimension === 0,
    () => `eulerMaruyama: points must be rows of ${dimension}, got length ${points.length}`,
  );
  const positions = points.slice();
  const noise = Math.sqrt(2 * diffusion * timeStep);
  for (let step = 0; step < steps; step++) {
    const z = normals(foldIn(key, step), positions.length);
    for (let i = 0; i < positions.length; i += dimension) {
      const slope = potential.gradient(positions.subarray(i, i + dimension));
      for (let a = 0; a < dimension; a++) positions[i + a] += noise * z[i + a] - timeStep * slope[a];
    }
  }
  return positions;
}
