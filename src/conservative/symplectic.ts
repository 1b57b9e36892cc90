/** @file Motion in a fixed potential, by maps that keep volume exactly. */

import { check } from "../check/check.ts";
import { type PhaseSpace, wrapped } from "../domains/phaseSpace.ts";
import type { PotentialFunction } from "../domains/potentialFunction.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { Conservative } from "./conservative.ts";

/**
 * `kick-drift` and `drift-kick` are the two symplectic Euler schemes, of order 1, and `verlet` is that of Störmer and Verlet, of order 2:
 * half a kick, a drift, half a kick.
 */
export type SymplecticScheme = "kick-drift" | "drift-kick" | "verlet";

/**
 * `ẋ = v, v̇ = −∇V(x)`: shears in `x` and in `v` in turn, each of determinant 1 whatever `V` and however long the step.
 *
 * @param options.potential `V`, of as many coordinates as phase space has positions and velocities.
 * @see Hairer, Lubich & Wanner (2006), Geometric Numerical Integration, doi:10.1007/3-540-30666-8, chapter VI.
 */
export function symplecticMotion(options: {
  readonly space: PhaseSpace;
  readonly potential: PotentialFunction;
  readonly scheme: SymplecticScheme;
}): Conservative<null> {
  const { space, potential, scheme } = options;
  const d = space.positions.count;
  check(
    space.velocities.count === d,
    () => `symplecticMotion: as many velocities as positions, ${d}, got ${space.velocities.count}`,
  );
  const drift = (z: Float64Array, h: number) => {
    for (let i = 0; i < z.length; i += 2 * d) {
      for (let k = 0; k < d; k++) z[i + k] = wrapped(z[i + k] + h * z[i + d + k], space.period);
    }
  };
  const kick = (z: Float64Array, h: number) => {
    for (let i = 0; i < z.length; i += 2 * d) {
      const slope = potential.gradient(z.subarray(i, i + d));
      for (let k = 0; k < d; k++) z[i + d + k] -= h * slope[k];
    }
  };
  const stages = {
    "kick-drift": [
      [kick, 1],
      [drift, 1],
    ],
    "drift-kick": [
      [drift, 1],
      [kick, 1],
    ],
    verlet: [
      [kick, 0.5],
      [drift, 1],
      [kick, 0.5],
    ],
  } as const;
  return {
    name: scheme,
    init: () => null,
    push(cloud: Cloud, fields: null, tau: number) {
      const positions = new Float64Array(cloud.positions);
      for (const [stage, portion] of stages[scheme]) stage(positions, portion * tau);
      return { cloud: { ...cloud, positions }, fields };
    },
    energy: () => 0,
  };
}
