/** @file The kinetic Fokker–Planck equation as a conservative and a dissipative part. */

import { type SymplecticScheme, symplecticMotion } from "../../conservative/symplectic.ts";
import type { PhaseSpace } from "../../domains/phaseSpace.ts";
import type { Potential } from "../../energies/energy.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { hamiltonian } from "../../energies/hamiltonian.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, gradientFlow } from "../../jko/flow.ts";
import { kineticMobility } from "../../mobilities/kinetic.ts";

/** What the dissipative part of every kinetic equation needs. */
export interface CollisionOptions {
  readonly space: PhaseSpace;
  /** `ε > 0`, in units of 1/time. */
  readonly strength: number;
  /** `T > 0`, in units of velocity². */
  readonly temperature: number;
  /** The step `τ > 0`, in units of time. */
  readonly tau: number;
  readonly logDeterminant: "exact" | "linear";
}

/**
 * `∂_t f + v·∇_x f − ∇V·∇_v f = ε ∇_v·(v f + T ∇_v f)`: motion in the potential `V`, and the flow of the free energy
 * `T ∫f log f + ∫(½|v|² + V) f` in the velocities. With `u = εw`, a step minimises
 * `(τ/2ε) E|u|² + E(½|v + τu|² + V − T log|det(I + τ∇_v u)|)` over the particles that have been pushed.
 *
 * @param options.scheme of the conservative part.
 */
export function kineticFokkerPlanck(
  options: CollisionOptions & { readonly potential: Potential; readonly scheme: SymplecticScheme },
): GradientFlow {
  const { space, potential, scheme } = options;
  return {
    ...collisions({ ...options, name: "kinetic Fokker–Planck", potential }),
    conservative: symplecticMotion({ space, potential, scheme }),
  };
}

/** The dissipative part `ε ∇_v·(v f + T ∇_v f)` alone; positions stand still. */
export function collisions(
  options: CollisionOptions & { readonly name: string; readonly potential?: Potential },
): GradientFlow {
  const { name, space, strength, temperature, tau, logDeterminant, potential } = options;
  return gradientFlow({
    name,
    dimension: space.dimension,
    energy: freeEnergy({
      internal: entropy(temperature),
      potential: hamiltonian({ space, ...(potential === undefined ? {} : { potential }) }),
    }),
    mobility: kineticMobility({ space, strength }),
    ...(space.period === undefined ? {} : { torus: { coordinates: space.positions, period: space.period } }),
    tau,
    logDeterminant,
  });
}
