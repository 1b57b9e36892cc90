/** @file How much of what the operator estimates, and of what it has learned, counts for a density. */

import * as tf from "@tensorflow/tfjs";
import type { GradientFlow } from "../jko/flow.ts";
import { type ArchitectureSizes, defaultTrust } from "./form.ts";

/** Both from 0 to 1, `[1, B, 1]`. */
export type Trust = {
  /** How far the density is from its steady state: how much of what is estimated counts. */
  readonly trust: tf.Tensor3D;
  /** How much of the gates is learned; the rest is a linearly implicit step. */
  readonly learned: tf.Tensor3D;
};

/** What an architecture says of it. */
export type TrustSizes = Pick<ArchitectureSizes, "trustedSpread" | "trustedShare">;

/** The chemical potential at the context, and what the global fit leaves of it, `[B, C]`. */
interface Fitted {
  readonly chemicalPotential: tf.Tensor2D;
  readonly residual: tf.Tensor2D;
}

/**
 * Trust in a density's estimates and gates. Where the mobility keeps energy the quadratic part is taken out before the fit, and what is left is all
 * signal. What the fit explains is a sign of an exact implicit step in the Wasserstein metric of all coordinates alone; not under an interaction, whose
 * Hessian that step has only in part, nor without an internal energy, where it explains everything.
 */
export function trustIn(flow: GradientFlow, fitted: Fitted, sizes: TrustSizes): Trust {
  const { trustedSpread, trustedShare } = { ...defaultTrust, ...sizes };
  const { keepsEnergy, scale, coordinates } = flow.mobility;
  const residual = keepsEnergy ? tf.zerosLike(fitted.residual) : fitted.residual;
  const trust = departure({ ...fitted, residual }, trustedSpread);
  const { internal, interaction } = flow.energy;
  const isWasserstein = scale !== undefined && coordinates === undefined;
  const tells = isWasserstein && internal !== undefined && interaction === undefined;
  if (trustedShare === 0 || !tells) return { trust, learned: trust };
  return { trust, learned: tf.mul(trust, novelty(fitted, trustedShare)) as tf.Tensor3D };
}

/** So many times the variance that a fit of pure noise would explain counts as noise. */
const noiseAllowance = 12;

/** The square of the mean absolute value, `[B, 1]`. */
function deviation(x: tf.Tensor): tf.Tensor {
  return tf.square(tf.mean(tf.abs(x), 1, true));
}

/**
 * `r/(r + s²v)`, `[1, B, 1]`, with the trusted share `s`, where `√r` is the mean absolute value of what the fit leaves of `μ`, and `√v` that of `μ`. Of a
 * density whose `μ` is all explained the implicit step knows all there is to know: gates that were trained on others have nothing to add.
 */
function novelty({ chemicalPotential, residual }: Fitted, trustedShare: number): tf.Tensor3D {
  const left = deviation(residual);
  const share = tf.div(
    left,
    tf.add(left, tf.add(tf.mul(trustedShare ** 2, deviation(chemicalPotential)), leastDeviation)),
  );
  return tf.expandDims<tf.Tensor3D>(share, 0);
}

/** Below this nothing is left, and of nothing nothing is learned. */
const leastDeviation = 1e-20;

/**
 * `v/(v + s²)`, `[1, B, 1]`: how far a density is from its steady state, with the trusted spread `s`, where `√v` is the mean absolute value of what the global fit explains
 * of `μ`, less what it would explain of noise. Close to the steady state the operator becomes the linearly implicit step, which contracts;
 * there training has no signal, and gates left to themselves drive roll-outs away again after some tens of steps. Errors of
 * carried densities, which look like noise from particle to particle, must not switch the gates back on.
 */
function departure(mu: Fitted, trustedSpread: number): tf.Tensor3D {
  const { chemicalPotential, residual } = mu;
  const noise = tf.mul(noiseAllowance / residual.shape[1], deviation(residual));
  const explained = tf.sub(deviation(tf.sub(chemicalPotential, residual)), noise);
  const signal = tf.expandDims(tf.relu(explained), 0);
  return tf.div(signal, tf.add(signal, trustedSpread ** 2)) as tf.Tensor3D;
}
