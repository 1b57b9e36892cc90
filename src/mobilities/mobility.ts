/** @file The contract of a mobility: how a gradient flow turns a force into motion. */

import type { CloudTensors } from "../energies/energy.ts";
import type { Dual } from "../networks/dual.ts";

/** The symmetric, positive operator `𝓑_f` of `∂_t f = ∇·(f 𝓑_f[∇ δE/δf])`. */
export interface Mobility {
  readonly name: string;
  /** The velocity `𝓑_f[w]` of a field `w` given with its Jacobian, and that velocity's Jacobian. */
  apply(field: Dual, cloud: CloudTensors): Dual;
}

/** `𝓑 = identity`: the Wasserstein metric. */
export const wasserstein: Mobility = { name: "wasserstein", apply: (field) => field };
