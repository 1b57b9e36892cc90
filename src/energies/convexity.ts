/** @file How convex an energy is along the geodesics of the Wasserstein metric. */

import type { Energy } from "./energy.ts";

/** `lambda`, in units of 1/time, or why there is none. */
export type Convexity =
  | { readonly lambda: number; readonly reason?: undefined }
  | { readonly lambda: undefined; readonly reason: string };

/**
 * The `λ` for which the energy is `λ`-convex along generalised geodesics: that of the potential, `∇²V ≥ λ`, and that of the
 * interaction. Internal energies `ρ log ρ` and `ρ^m`, `m > 1`, satisfy McCann's condition (`m ≥ 1 − 1/d`) and contribute 0. An
 * interaction with `∇²W ≥ κ` contributes `min(κ, 0)`: it does not feel a common shift of all mass. Where there is no
 * potential the mean of every step is that of the exact one, and it contributes all of `κ`.
 *
 * @see Ambrosio, Gigli & Savaré (2008), Gradient Flows, section 9.3.
 */
export function convexityOf({ potential, interaction }: Energy): Convexity {
  const terms = [potential, interaction].filter((term) => term !== undefined);
  const unknown = terms.find((term) => term.convexity === undefined);
  if (unknown !== undefined) {
    return {
      lambda: undefined,
      reason: `no lower bound is known of the second derivatives of its ${unknown === potential ? "potential" : "interaction"} (${unknown.spec.kind})`,
    };
  }
  const pull = potential?.convexity ?? 0;
  const kappa = interaction?.convexity ?? 0;
  return { lambda: pull + (potential === undefined ? kappa : Math.min(0, kappa)) };
}
