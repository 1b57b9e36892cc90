/** @file The fourth moment of every solution for Maxwell's molecules. */

import { add, type Matrix, trace } from "../../linalg/matrix.ts";
import { isotropic } from "./moments.ts";

/**
 * `E|v − m|⁴` at a time for `γ = 0`, of any solution. With `e = tr P`, `A:∇²φ` and `(∇·A)·∇φ` of `φ = |v|⁴` in the weak form give
 *
 *     ṁ₄ = C(−4(d−1) m₄ + (4(d−1) + 8) e² − 8‖P‖²),      ‖P(t)‖² = e²/d + ‖P(0) − (e/d) I‖² e^{−8dCt},
 *
 * which is solved in closed form.
 *
 * @param initial the covariance `P` and `m₄ = E|v − m|⁴` at time 0.
 * @param kernel `C` and, unless it is 1, the mass that multiplies it.
 */
export function maxwellFourthMoment(
  initial: { readonly covariance: Matrix; readonly fourth: number },
  kernel: { readonly constant: number; readonly mass?: number },
  time: number,
): number {
  const { covariance, fourth } = initial;
  const d = covariance.length;
  const strength = kernel.constant * (kernel.mass ?? 1);
  const energy = trace(covariance);
  const rest = add(covariance, isotropic(covariance), -1);
  const anisotropy = rest.flat().reduce((sum, x) => sum + x * x, 0);
  const rate = 4 * (d - 1) * strength;
  const decay = 8 * d * strength;
  const level = ((4 * (d - 1) + 8 - 8 / d) * strength * energy ** 2) / rate;
  const amplitude = (8 * strength * anisotropy) / (decay - rate);
  return level + amplitude * Math.exp(-decay * time) + (fourth - level - amplitude) * Math.exp(-rate * time);
}
