/** @file The linearly implicit step: what potential and internal energy, as they change along the step, leave of the explicit one. */

import * as tf from "@tensorflow/tfjs";
import { force, hessian, type ScalarField } from "../energies/derivatives.ts";
import type { CloudTensors } from "../energies/energy.ts";
import type { InternalEnergy } from "../energies/internalEnergy.ts";
import { inverse } from "../engine/solve.ts";
import { squareRoot } from "../engine/squareRoot.ts";
import { conditioned, type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { concatDuals, type Dual, identityTangent, sliceDual, solveDuals } from "../networks/dual.ts";
import { effectivePotential } from "./effectivePotential.ts";
import type { Description } from "./encoding.ts";

/** How internal energy resists deformation. */
export type Resistance = {
  /** `R`, `[d, d, B, 1]`. */
  readonly matrix: tf.Tensor4D;
  /** `(R − I) w̄`, `[d, B, 1]`, with the velocity `w̄` of the density as a whole, which deforms nothing. */
  readonly carried: tf.Tensor3D;
};

/**
 * Solves `(R + τ𝓑∇²V) w = f + (R − I) w̄` at every query, among the coordinates that move: what a linearly implicit step makes of the
 * explicit one, `f`. The gates then have to learn the effect of the rest alone, and stiff tails of the potential need no
 * particles to be known. The JKO step itself asks for `τ` so small that the matrix is positive.
 */
export function implicitVelocity(
  flow: GradientFlow,
  potential: ScalarField | undefined,
  at: {
    readonly queries: tf.Tensor3D;
    readonly field: Dual;
    readonly tau: tf.Tensor3D;
    readonly resistance?: Resistance | undefined;
  },
): Dual {
  const { queries, field, tau, resistance } = at;
  const { scale } = flow.mobility;
  if (scale === undefined || (potential === undefined && resistance === undefined)) return field;
  const { start, count } = movedCoordinates(flow);
  const axes = Array.from({ length: count }, (_, i) => i);
  const step = tf.mul(tau, scale);
  const bend = potential && hessian(potential, queries);
  const lower = axes.map((i) =>
    axes.slice(0, i + 1).map((j): Dual => {
      const constant = resistance
        ? tf.reshape(tf.slice(resistance.matrix, [i, j, 0, 0], [1, 1, -1, -1]), [1, -1, 1])
        : tf.fill([1, 1, 1], i === j ? 1 : 0);
      if (bend === undefined) return { value: constant as tf.Tensor3D, tangent: tf.zeros([1, count, 1, 1]) };
      const { value, tangent } = bend[start + i][start + j];
      return {
        value: tf.add(tf.mul(value, step), constant) as tf.Tensor3D,
        tangent: tf.mul(tf.slice(tangent, [0, start, 0, 0], [-1, count, -1, -1]), step) as tf.Tensor4D,
      };
    }),
  );
  const driven = resistance
    ? { value: tf.add(field.value, resistance.carried) as tf.Tensor3D, tangent: field.tangent }
    : field;
  return concatDuals(
    solveDuals(
      lower,
      axes.map((i) => sliceDual(driven, i, 1)),
    ),
  );
}

/**
 * The resistance of a density's internal energy; none without one, where particles interact in pairs, which may undo it, where a part of the
 * coordinates moves, and where the mobility is no number.
 *
 * `R` is what makes the implicit step exact where internal energy alone moves a density that is deformed linearly. Diffusion turns
 * `N(m, Σ)` by `S` with `S (S − I) = τD Σ⁻¹`, and `R = S`. A power energy dilates its own profile by `σ` with
 * `(σ − 1) σ^p = κ`, `p = d(m − 1) + 1`, where `κ = τ E[P/ρ]/s²` is the dilation of the explicit step, and `R = σ^p I`; a concentrated density has
 * a `κ` of ten. Gates would have to learn that as a cancellation.
 */
export function resistanceOf(
  flow: GradientFlow,
  description: Omit<Description, "resistance">,
  context: CloudTensors,
): Resistance | undefined {
  const { energy } = conditioned(flow, description.conditions);
  const { internal, interaction } = energy;
  const { scale } = flow.mobility;
  const d = flow.dimension;
  const inPairs = interaction !== undefined && interaction.smooth?.isWhole !== true;
  const isPartial = flow.torus !== undefined || movedCoordinates(flow).count < d;
  if (internal === undefined || scale === undefined || inPairs || isPartial) return undefined;
  const { tau, radius } = description;
  const perRadius = tf.div(tf.mul(tau, scale), tf.square(radius)); // [1, B, 1]
  const pressure = tf.mean(internal.pressureTensor(context.logDensity), 1, true); // [B, 1]
  const kappa = tf.mul(tf.squeeze(perRadius, [0]), pressure) as tf.Tensor2D;
  const matrix =
    internal.exponent === 1
      ? diffusiveResistance(description.points, kappa)
      : tf.mul(identityTangent(d), dilationResistance(internal, { kappa, dimension: d }));
  const excess = tf.sub(matrix, identityTangent(d));
  const potential = effectivePotential(energy, description.moments);
  const whole = tf.expandDims(velocityAsAWhole(flow, potential, { ...description, context }), 0);
  return { matrix: matrix as tf.Tensor4D, carried: tf.sum(tf.mul(excess, whole), 1) as tf.Tensor3D };
}

/** Added to the covariance of whitened points: a density without extent in some direction still has a step. */
const leastVariance = 1e-3;

/** `R = ½ (I + (I + 4κ Σ̂⁻¹)^½)` with the covariance of the points, `[d, d, B, 1]`. */
function diffusiveResistance(points: tf.Tensor3D, kappa: tf.Tensor2D): tf.Tensor {
  const [d, , count] = points.shape;
  const rows = tf.transpose(points, [1, 0, 2]);
  const moments = tf.div(tf.matMul(rows, rows, false, true), count); // [B, d, d]
  const covariance = tf.expandDims(tf.transpose(moments, [1, 2, 0]), 3);
  const identity = identityTangent(d);
  const precision = inverse(tf.add(covariance, tf.mul(identity, leastVariance)));
  const root = squareRoot(tf.add(identity, tf.mul(precision, tf.mul(4, kappa))));
  return tf.mul(0.5, tf.add(identity, root));
}

/** `σ^p`, `[B, 1]`. */
function dilationResistance(
  { exponent }: InternalEnergy,
  { kappa, dimension }: { readonly kappa: tf.Tensor2D; readonly dimension: number },
): tf.Tensor2D {
  const p = tf.add(tf.mul(dimension, tf.sub(exponent, 1)), 1);
  // Both are upper bounds of σ, from which Newton's iteration for the convex function (σ − 1)σ^p − κ descends.
  let sigma = tf.add(1, tf.minimum(kappa, tf.pow(kappa, tf.div(1, tf.add(p, 1))))) as tf.Tensor2D;
  for (let k = 0; k < 5; k++) {
    const excess = tf.sub(tf.mul(sigma, tf.sub(sigma, 1)), tf.mul(kappa, tf.pow(sigma, tf.sub(1, p))));
    sigma = tf.sub(sigma, tf.div(excess, tf.sub(tf.mul(tf.add(1, p), sigma), p)));
  }
  return tf.pow(sigma, p) as tf.Tensor2D;
}

/**
 * `w̄`, `[d, B, 1]`: the mean over the context of the step that the potential makes alone, which is all that moves a density as a whole. It counts
 * as much as the gates: at a steady state it is the error of a sample and nothing else.
 */
function velocityAsAWhole(
  flow: GradientFlow,
  potential: ScalarField | undefined,
  density: Pick<Description, "centre" | "tau" | "trust"> & { readonly context: CloudTensors },
): tf.Tensor3D {
  const { centre, tau, trust } = density;
  if (potential === undefined) return tf.zerosLike(centre);
  const queries = density.context.positions;
  const velocity = implicitVelocity(flow, potential, { queries, field: force(potential, queries), tau });
  return tf.mul(tf.mean(velocity.value, 2, true), trust) as tf.Tensor3D;
}
