/** @file What is known of every solution of the Landau equation: its equilibrium and, for Maxwell's molecules, its covariance. */

import { add, diagonal, type Matrix, scale, trace } from "../../linalg/matrix.ts";
import { type Gaussian, type GaussianParameters, gaussian } from "../../measures/gaussian.ts";

/** The Maxwellian `N(mean, T I)` with `T = tr(covariance)/d`, to which a density with these moments relaxes. */
export function maxwellian({ mean, covariance }: GaussianParameters): Gaussian {
  return gaussian({ mean, covariance: isotropic(covariance) });
}

/**
 * The covariance at a time for `γ = 0`, of any solution: `Ṗ = −4dC (P − (tr P/d) I)`, hence `P(t) = P∞ + (P(0) − P∞) e^{−4dCt}`.
 *
 * @param kernel `C` and, unless it is 1, the mass that multiplies it.
 * @see Villani (1998), On the spatially homogeneous Landau equation for Maxwellian molecules, doi:10.1142/S0218202598000433.
 */
export function maxwellCovariance(
  initial: Matrix,
  kernel: { readonly constant: number; readonly mass?: number },
  time: number,
): Matrix {
  const rate = 4 * initial.length * kernel.constant * (kernel.mass ?? 1);
  const rest = isotropic(initial);
  return add(rest, add(initial, rest, -1), Math.exp(-rate * time));
}

/** `Ṗ = −4dC (P − (tr P/d) I)`, the rate at which collisions of Maxwell's molecules change any covariance; `strength` is `C ∫f`. */
export function maxwellCovarianceRate(strength: number, covariance: Matrix): Matrix {
  return scale(add(covariance, isotropic(covariance), -1), -4 * covariance.length * strength);
}

/** `(tr P/d) I`. */
export function isotropic(covariance: Matrix): Matrix {
  const d = covariance.length;
  return scale(diagonal(new Array<number>(d).fill(1)), trace(covariance) / d);
}
