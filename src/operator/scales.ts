/** @file The scale of a density's chemical potential. */

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
