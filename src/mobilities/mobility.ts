/** @file The contract of a mobility: how a gradient flow turns a force into motion. */

import type { Coordinates } from "../domains/phaseSpace.ts";
import type { CloudTensors } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { Dual } from "../networks/dual.ts";

/** A field at the particles of a cloud and its Jacobian, as plain arrays. */
export interface FieldArrays {
  /** Row-major `[n, F]`. */
  readonly value: ArrayLike<number>;
  /** `∂value_f/∂x_k` at `[n, k, f]`. */
  readonly jacobian: ArrayLike<number>;
}

/**
 * The symmetric, positive operator `𝓑_f` of `∂_t f = ∇·(f 𝓑_f[∇ δE/δf])`.
 *
 * Fields and velocities have the components, and Jacobians the directions, that the mobility moves. As energies do, it exists
 * twice: on tensors, where it is differentiated and compiled, and in Float64, where particles are moved.
 */
export interface Mobility {
  readonly name: string;
  /** The coordinates that it moves; all of them where this is left out. */
  readonly coordinates?: Coordinates;
  /** `c` where `𝓑` is `c` times the identity on those coordinates; left out where it is anything else. */
  readonly scale?: number;
  /** Whether it keeps momentum and energy, `𝓑[a + βx] = 0`; not where this is left out. */
  readonly keepsEnergy?: boolean;
  /**
   * Whether a particle's velocity is a mean of what each particle of the cloud does to it, with nothing from itself; not where this is
   * left out. Any part of a cloud is then a cloud, and a random part stands for the whole.
   */
  readonly isPairwise?: boolean;
  /** The velocity `𝓑_f[w]` of a field `w` given with its Jacobian, and that velocity's Jacobian. */
  apply(field: Dual, cloud: CloudTensors): Dual;
  /** The same in Float64. */
  applyArrays(field: FieldArrays, cloud: Cloud): FieldArrays;
  /**
   * `v·𝓑⁻¹v` of velocities in the range of `𝓑`, row-major `[n, F]` in, `[n]` out: what a motion costs that was not made from a field. Only
   * where `𝓑` is a matrix at every particle and no multiple of the identity.
   */
  action?(velocity: ArrayLike<number>): Float64Array;
  /** The velocity alone, where that is cheaper; row-major `[n, F]` in and out. */
  velocities?(field: ArrayLike<number>, cloud: Cloud): ArrayLike<number>;
}

/** `𝓑 = identity`: the Wasserstein metric. */
export const wasserstein: Mobility = {
  name: "wasserstein",
  scale: 1,
  apply: (field) => field,
  applyArrays: (field) => field,
};
