/** @file The strong Euler–Lagrange residual of a step: the gradient of the JKO objective at the map that was made. */

import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { InternalEnergy } from "../energies/internalEnergy.ts";
import type { Cloud } from "../measures/cloud.ts";
import { localSlopes } from "../metrics/localSlope.ts";
import type { GradientFlow } from "./flow.ts";

/** Both row-major `[at.length, d]`, in units of length/time. */
export interface StrongResidual {
  /** `r(x_i) = (T − x)/τ + ∇U'(ρ₁)(T) + ∇V(T) + (∇W*ρ₁)(T)`, zero at the exact step. */
  readonly residual: Float64Array;
  /** Its part `∇U'(ρ₁)(T)`. */
  readonly internalSlope: Float64Array;
}

/**
 * `r = ∇Ψ(T)`, the gradient in `L²(ρ₀)` of `Ψ(T) = E|T − x|²/2τ + E(T#ρ₀)`, for a step in the Wasserstein metric. The score that it
 * takes comes from the log-densities that particles carry: they are exact, so there is no sampling noise in it.
 *
 * @param at indices of the particles at which it is wanted.
 */
export function strongResidual(
  flow: GradientFlow,
  step: { readonly before: Cloud; readonly after: Cloud },
  at: ArrayLike<number>,
): StrongResidual {
  const { energy, mobility, tau } = flow;
  check(
    mobility.name === "wasserstein",
    () => `strongResidual: the mobility must be that of Wasserstein, got ${mobility.name}`,
  );
  const { before, after } = step;
  const { dimension: d, positions, logDensity } = after;
  const { internal, potential, interaction } = energy;
  const internalSlope =
    internal === undefined
      ? new Float64Array(at.length * d)
      : localSlopes({ dimension: d, positions, values: chemicalPotential(internal, logDensity) }, at);
  const residual = internalSlope.slice();
  for (let k = 0; k < at.length; k++) {
    const own = positions.subarray(at[k] * d, (at[k] + 1) * d);
    const force = potential?.gradient(own);
    for (let a = 0; a < d; a++) {
      residual[k * d + a] += (own[a] - before.positions[at[k] * d + a]) / tau + (force?.[a] ?? 0);
    }
    if (interaction !== undefined) addInteraction(residual, { k, own, after, slope: interaction.slope });
  }
  return { residual, internalSlope };
}

/** `U'(ρ)` up to a constant: `c log ρ`, or `c m/(m−1) ρ^{m−1}`. */
function chemicalPotential(
  { exponent, coefficient, pressure }: InternalEnergy,
  logDensity: ArrayLike<number>,
) {
  const [m, c] = [numberOf(exponent), numberOf(coefficient)];
  const values = new Float64Array(logDensity.length);
  for (let i = 0; i < values.length; i++)
    values[i] = m === 1 ? c * logDensity[i] : (m / (m - 1)) * pressure(logDensity[i]);
  return values;
}

/** Adds `(∇W*ρ₁)` at one particle, the mean over all others. */
function addInteraction(
  residual: Float64Array,
  particle: {
    readonly k: number;
    readonly own: ArrayLike<number>;
    readonly after: Cloud;
    readonly slope: (squared: number) => number;
  },
): void {
  const { k, own, after, slope } = particle;
  const { dimension: d, count, positions } = after;
  for (let j = 0; j < count; j++) {
    let squared = 0;
    for (let a = 0; a < d; a++) squared += (own[a] - positions[j * d + a]) ** 2;
    if (squared === 0) continue;
    const pull = slope(squared) / (count - 1);
    for (let a = 0; a < d; a++) residual[k * d + a] += pull * (own[a] - positions[j * d + a]);
  }
}
