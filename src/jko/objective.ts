/** @file The JKO objective, written once: training, per-step solvers and certificates all minimise or report this. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { logDeterminant } from "../engine/logDeterminant.ts";
import { type Dual, divergence, identityTangent, particlesFirst } from "../networks/dual.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";

/**
 * Below this determinant the internal energy goes on linearly. A fold (`det ≤ 0`) is then pushed back by the energy's own
 * slope; clamping flat would let it stay.
 */
export const determinantFloor = 0.05;

/** A cloud moved by `T = id + τ 𝓑[w]`, with the determinant of `∇T` at each particle, `[B, n]`. */
export type MovedCloud = CloudTensors & {
  readonly determinant: tf.Tensor2D;
};

/**
 * Pushes a cloud along a velocity `v = 𝓑[w]`: `x ← x + τv`, `log ρ ← log ρ − log|det(I + τ∇v)|`, or `log ρ − τ∇·v` where the flow
 * says so. Below the floor the exact one goes on linearly, as the flow's internal energy sees it.
 *
 * @param tau one for all, or one for each cloud, `[1, B, 1]`.
 */
export function push(
  flow: GradientFlow,
  cloud: CloudTensors,
  velocity: Dual,
  tau: number | tf.Tensor = flow.tau,
): MovedCloud {
  const dimension = cloud.positions.shape[2];
  const { start, count: d } = movedCoordinates(flow);
  const moved = particlesFirst(tf.mul(velocity.value, tau) as tf.Tensor3D);
  const [before, own, after] = tf.split(cloud.positions, [start, d, dimension - start - d], 2);
  const jacobian = tf.add(identityTangent(d), tf.mul(velocity.tangent, tau));
  const exponent = flow.energy.internal?.exponent ?? 1;
  const growth = typeof exponent === "number" ? exponent - 1 : tf.sub(exponent, 1);
  const exact = logDeterminant(jacobian, { floor: determinantFloor, growth });
  const change = flow.logDeterminant === "linear" ? tf.mul(divergence(velocity), tau) : exact.logDeterminant;
  return {
    positions: tf.concat([before, tf.add(own, moved), after], 2) as tf.Tensor3D,
    logDensity: tf.sub(cloud.logDensity, change) as tf.Tensor2D,
    determinant: exact.determinant as tf.Tensor2D,
  };
}

/**
 * What each particle contributes to `L(w) − L(0)`, where
 *
 *     L(w) = (τ/2) ⟨w, 𝓑_f w⟩_f + E(T_w # f),     T_w = id + τ 𝓑_f[w].
 *
 * Its mean over particles is the paired difference: the energy of the cloud itself is subtracted particle by
 * particle, so that most of the sampling noise cancels. Negative: the step dissipates. Shape `[B, n]`.
 *
 * @param field the field `w` and its Jacobian at the cloud's particles.
 * @param tau the flow's own step, or one for each cloud, `[1, B, 1]`.
 */
export function jkoObjective(
  flow: GradientFlow,
  cloud: CloudTensors,
  field: Dual,
  tau: number | tf.Tensor = flow.tau,
): { readonly perParticle: tf.Tensor2D; readonly moved: MovedCloud } {
  const velocity = flow.mobility.apply(field, cloud);
  const moved = push(flow, cloud, velocity, tau);
  const action = tf.sum(tf.mul(tf.mul(field.value, velocity.value), tf.mul(tau, 0.5)), 0);
  const change = tf.sub(flow.energy.integrandTensor(moved), flow.energy.integrandTensor(cloud));
  return { perParticle: tf.add(action, change) as tf.Tensor2D, moved };
}
