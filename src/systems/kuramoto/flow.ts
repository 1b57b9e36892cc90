/** @file The Kuramoto–Daido model of noisy oscillators as a gradient flow on the circle. */

import { check } from "../../check/check.ts";
import { type Coefficient, productOf } from "../../energies/coefficient.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { trigonometricInteraction } from "../../energies/trigonometricInteraction.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";

/**
 * `∂_t q = ½q'' − K (q (W*q)')'` with `W = cos θ + m cos 2θ`: the limit of many oscillators with phases
 *
 *     dθ_i = (K/N) Σ_j W'(θ_i − θ_j) dt + dB_i,
 *
 * and the Wasserstein gradient flow on the circle of `F(q) = ½∫q log q − (K/2)∫q (W*q)`. With `m = 0` it is Kuramoto's model without
 * disorder of the natural frequencies. Every particle feels the mean over all, itself included, which adds a constant to `W*q`. Phases are
 * carried in radians on the real line: where they stand modulo `2π` is what counts.
 *
 * @param options.coupling `K`, in units of 1/time; a tensor where it varies from density to density.
 * @param options.secondHarmonic `m`, of either sign.
 * @param options.tau JKO step `τ > 0`, in units of time.
 * @see Kuramoto (1975), doi:10.1007/BFb0013365; Daido (1996), doi:10.1016/0167-2789(95)00260-X.
 * @see Bertini, Giacomin & Pakdaman (2010), Dynamical aspects of mean field plane rotators and the Kuramoto model,
 *   doi:10.1007/s10955-009-9908-9.
 */
export function kuramotoFlow(options: {
  readonly coupling: Coefficient;
  readonly secondHarmonic: Coefficient;
  readonly tau: number;
}): GradientFlow {
  const { coupling, secondHarmonic, tau } = options;
  for (const [name, value] of Object.entries({ coupling, secondHarmonic })) {
    check(
      typeof value !== "number" || Number.isFinite(value),
      () => `kuramotoFlow: ${name} must be finite, got ${value}`,
    );
  }
  const period = 2 * Math.PI;
  const attraction = productOf(coupling, -1);
  const second = { order: 2, coefficient: productOf(attraction, secondHarmonic) };
  const interaction = trigonometricInteraction({
    period,
    harmonics: [{ order: 1, coefficient: attraction }, ...(secondHarmonic === 0 ? [] : [second])],
  });
  return wassersteinFlow({
    name: "Kuramoto–Daido",
    dimension: 1,
    energy: freeEnergy({ internal: entropy(0.5), interaction }),
    torus: { coordinates: { start: 0, count: 1 }, period },
    tau,
  });
}
