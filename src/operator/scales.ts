/** @file Scales of a density: the unit of its chemical potential, and how far an implicit step falls short of the explicit one. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors, Energy } from "../energies/energy.ts";

/** A density's context and the square of its RMS radius a coordinate, `[B, 1]`. */
interface Scaled {
  readonly context: CloudTensors;
  readonly squaredRadius: tf.Tensor2D;
}

/**
 * The unit `u` in which the chemical potential of a density is measured, `[B, 1]`: what internal energy and interaction contribute to
 * the virial, `E[P(ρ)/ρ]` and the scale of the kernel. For an entropy it is the diffusion. Where densities scale, so does it: a network that sees `μ/u` and lengths in radii sees the same numbers.
 */
export function potentialUnit(energy: Energy, { context, squaredRadius }: Scaled): tf.Tensor2D {
  const { internal, interaction } = energy;
  const d = context.positions.shape[2];
  const parts: tf.Tensor[] = [];
  if (internal !== undefined) parts.push(tf.mean(internal.pressureTensor(context.logDensity), 1, true));
  if (interaction !== undefined) parts.push(interaction.scale(squaredRadius, d));
  if (parts.length === 0) return tf.onesLike(squaredRadius);
  return parts.reduce((sum, part) => tf.add(sum, part)) as tf.Tensor2D;
}

/**
 * `α = (σ − 1)/κ`, `[B, 1]`: by which factor the implicit step is shorter than the explicit one when a power energy dilates a
 * density. Among dilations by `σ` the JKO objective is least where `(σ − 1) σ^p = κ`, with `p = d(m − 1) + 1` and `κ` the dilation
 * of the explicit step, `τ E[c ρ^{m−1}]/s²`. A concentrated density has a `κ` of ten; its gates would have to learn that
 * as a cancellation. For an entropy, and without internal energy, `α = 1`.
 */
export function implicitDamping(
  energy: Energy,
  { context, squaredRadius, tau }: Scaled & { readonly tau: tf.Tensor2D },
): tf.Tensor2D {
  const { internal } = energy;
  if (internal === undefined || internal.exponent === 1) return tf.onesLike(squaredRadius);
  const p = tf.add(tf.mul(context.positions.shape[2], tf.sub(internal.exponent, 1)), 1);
  const pressure = tf.mean(internal.pressureTensor(context.logDensity), 1, true);
  const kappa = tf.div(tf.mul(pressure, tau), squaredRadius);
  // Both are upper bounds of σ, from which Newton's iteration for the convex function (σ − 1)σ^p − κ descends.
  let sigma = tf.add(1, tf.minimum(kappa, tf.pow(kappa, tf.div(1, tf.add(p, 1))))) as tf.Tensor2D;
  for (let k = 0; k < 5; k++) {
    const excess = tf.sub(tf.mul(sigma, tf.sub(sigma, 1)), tf.mul(kappa, tf.pow(sigma, tf.sub(1, p))));
    sigma = tf.sub(sigma, tf.div(excess, tf.sub(tf.mul(tf.add(1, p), sigma), p)));
  }
  return tf.pow(sigma, tf.neg(p));
}
