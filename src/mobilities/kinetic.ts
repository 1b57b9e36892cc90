/** @file The mobility of kinetic equations: friction and noise act on velocities alone. */

import { check } from "../check/check.ts";
import type { PhaseSpace } from "../domains/phaseSpace.ts";
import { scaleDual } from "../networks/dual.ts";
import type { Mobility } from "./mobility.ts";

/**
 * `𝓑[w] = (0, ε w_v)` on phase space: with the free energy of `kineticFokkerPlanck`, `ε ∇_v·(v f + T ∇_v f)`.
 *
 * @param options.strength of collisions, `ε > 0`, in units of 1/time.
 */
export function kineticMobility(options: {
  readonly space: PhaseSpace;
  readonly strength: number;
}): Mobility {
  const { space, strength } = options;
  check(
    strength > 0 && strength < Infinity,
    () => `kineticMobility: strength must be positive, got ${strength}`,
  );
  // A loop: every particle passes here in every step, and `Float64Array.from` takes a callback's time each.
  const scaled = (values: ArrayLike<number>) => {
    const result = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) result[i] = strength * values[i];
    return result;
  };
  return {
    name: "kinetic",
    coordinates: space.velocities,
    scale: strength,
    apply: (field) => scaleDual(field, strength),
    applyArrays: ({ value, jacobian }) => ({ value: scaled(value), jacobian: scaled(jacobian) }),
  };
}
