/** @file The contract of the conservative part of a flow: what moves particles without compressing them. */

import type { Cloud } from "../measures/cloud.ts";

/**
 * The part `−∇·(f b)` of `∂_t f = −∇·(f b) + ∇·(f 𝓑_f[∇ δE/δf])`, as a map of determinant 1: particles move and their log-densities
 * stay as they are. `Fields` are what it knows besides the particles, such as an electric field on a grid, and are carried along with
 * them.
 */
export interface Conservative<Fields> {
  readonly name: string;
  /** The fields of a cloud at time zero. */
  init(cloud: Cloud): Fields;
  /** `f̃ = Φ_τ # f`, and the fields after it. Positions on a torus are wrapped. */
  push(cloud: Cloud, fields: Fields, tau: number): { readonly cloud: Cloud; readonly fields: Fields };
  /** Energy of the fields, which belongs to the free energy beside that of the particles; 0 where there are none. */
  energy(fields: Fields): number;
}
