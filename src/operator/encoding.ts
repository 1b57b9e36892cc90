/** @file What the operator knows of a density before it is asked about a point: computed once a step. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { FieldMoments } from "../energies/interaction.ts";
import { conditioned, type GradientFlow } from "../jko/flow.ts";
import { dense } from "../networks/layers.ts";
import type { Parameters } from "../networks/parameters.ts";
import { chartOf, type Place } from "./chart.ts";
import { drivingPotential } from "./drivingPotential.ts";
import { effectivePotential, isKnownEverywhere } from "./effectivePotential.ts";
import { exactFit, fitGlobally, type GlobalFit } from "./globalFit.ts";
import { evaluateMonomials, momentTable } from "./moments.ts";
import { implicitDamping, potentialUnit } from "./scales.ts";

/** Layers of the network of the gates, each modulated by the density's code. */
export const decoderLayers = 3;

/** Parameters of the flow that vary from density to density, `[B, 1]` each. */
export type Conditions = { readonly [name: string]: tf.Tensor2D };

/** A density in the eyes of the operator: its place, and what it is in its own chart. */
export type DensityEncoding = Place & {
  /** The JKO step `τ`, `[1, B, 1]`, in units of time. */
  readonly tau: tf.Tensor3D;
  /** The flow's parameters, where they vary. */
  readonly conditions: Conditions;
  /** The unit of the chemical potential, `[1, B, 1]`. */
  readonly unit: tf.Tensor3D;
  /** What an implicit step leaves of the explicit one, `[1, B, 1]`; see `implicitDamping`. */
  readonly damping: tf.Tensor3D;
  /** Moments for the smooth part of an interaction; absent where there is none. */
  readonly moments?: FieldMoments;
  /** The context in the chart, `[e, B, C]`. */
  readonly points: tf.Tensor3D;
  /** What a few global functions explain of the chemical potential. */
  readonly fit: GlobalFit;
  /** The monomials of `momentTable` at the points, with what the fit leaves of the chemical potential, `[B, monomials, C]`. */
  readonly monomials: tf.Tensor3D;
  /** Scale and shift of each layer of the gates, `[2·layers, hidden, B, 1]`. */
  readonly modulation: tf.Tensor4D;
  /** How much of each width's slope enters before gating, `[S, B, 1]`. */
  readonly blend: tf.Tensor3D;
  /** How much of the gates is learned, `[1, B, 1]`; the rest is a linearly implicit step. */
  readonly trust: tf.Tensor3D;
};

/**
 * Encodes a density that is described by a context of particles.
 *
 * @param inputs.tau one JKO step a density, `[B, 1]`; that of the flow where it is left out.
 * @param inputs.conditions the flow's parameters for each density, `[B, 1]` each; none where they do not vary.
 * @param inputs.trustedSpread that of the architecture.
 */
export function encodeDensity(
  flow: GradientFlow,
  inputs: {
    readonly parameters: Parameters;
    readonly context: CloudTensors;
    readonly tau?: tf.Tensor2D;
    readonly conditions?: Conditions;
    readonly trustedSpread?: number | undefined;
  },
): DensityEncoding {
  const { parameters, context, conditions = {} } = inputs;
  const bound = conditioned(flow, conditions);
  const { energy } = bound;
  const [batch] = context.positions.shape;
  const tau = inputs.tau ?? (tf.fill([batch, 1], flow.tau) as tf.Tensor2D);
  const { centre, radius, points, mean, squaredRadius, unit, ...driven } = drivenDensity(bound, context);
  const chemicalPotential = winsorised(driven.chemicalPotential);
  const stepSize = tf.div(tf.mul(unit, tau), squaredRadius) as tf.Tensor2D;
  const code = densityCode(parameters, {
    points,
    chemicalPotential,
    mean,
    radius,
    stepSize,
    conditions,
  });
  const moments = energy.interaction?.smooth?.moments(context.positions);
  const potential = effectivePotential(energy, moments)?.(context.positions);
  const { fit, residual } = isKnownEverywhere(energy)
    ? exactFit(points)
    : fitGlobally({
        points,
        chemicalPotential,
        potential: potential && (tf.div(potential, unit) as tf.Tensor2D),
      });
  // Where the mobility keeps energy the quadratic part is taken out before the fit, and what is left is all signal.
  const unexplained = flow.mobility.keepsEnergy ? tf.zerosLike(residual) : residual;
  const trust = trustInGates(
    { chemicalPotential, residual: unexplained },
    inputs.trustedSpread ?? defaultTrustedSpread,
  );
  const modulation = dense(parameters, "modulation.1", code);
  const blend = tf.mul(tf.expandDims(dense(parameters, "blend", code), 2), trust);
  return {
    centre,
    radius,
    tau: tf.expandDims<tf.Tensor3D>(tau, 0),
    conditions,
    unit: tf.expandDims<tf.Tensor3D>(unit, 0),
    damping: tf.expandDims<tf.Tensor3D>(implicitDamping(energy, { context, squaredRadius, tau }), 0),
    ...(moments === undefined ? {} : { moments }),
    points,
    fit,
    monomials: evaluateMonomials(momentTable(points.shape[0]), points, residual),
    modulation: tf.reshape(modulation, [2 * decoderLayers, -1, batch, 1]) as tf.Tensor4D,
    blend: tf.add(blend, 1 / blend.shape[0]) as tf.Tensor3D,
    trust,
  };
}

/** A density in its chart, with the unit of its chemical potential, `[B, 1]`, and what drives it in that unit, `[B, C]`. */
export function drivenDensity(flow: GradientFlow, context: CloudTensors) {
  const place = chartOf(flow).locate(context.positions);
  const squaredRadius = tf.square(tf.squeeze<tf.Tensor2D>(place.radius, [0])) as tf.Tensor2D;
  const unit = potentialUnit(flow.energy, { context, squaredRadius });
  const mu = tf.div(flow.energy.chemicalPotential(context), unit) as tf.Tensor2D;
  const chemicalPotential = drivingPotential(flow, { points: place.points, chemicalPotential: mu });
  return { ...place, squaredRadius, unit, chemicalPotential };
}

/** Spread of the chemical potential, in its unit, that counts as close to the steady state. */
export const nearSteady = 0.1;

/**
 * `μ` cut at `12 m (1 + (m/0.1)²)`, with `m` its mean absolute deviation: close to the steady state at twelve deviations,
 * elsewhere not at all. A particle far out in the tail that once got a wrong carried density keeps it. Close to the
 * steady state its `μ` dwarfs all others, and the slopes that it causes compress its neighbourhood further.
 */
function winsorised(mu: tf.Tensor2D): tf.Tensor2D {
  const deviation = tf.mean(tf.abs(mu), 1, true);
  const ofAll = tf.mul(tf.mul(12, deviation), tf.add(1, tf.square(tf.div(deviation, nearSteady))));
  const bound = tf.add(ofAll, tf.zerosLike(mu)); // tfjs has no gradient of a maximum that broadcasts
  return tf.maximum(tf.minimum(mu, bound), tf.neg(bound)) as tf.Tensor2D;
}

/** Spread of the chemical potential, in its unit, at which the learned part of the gates counts half. */
const defaultTrustedSpread = 0.03;

/** So many times the variance that a fit of pure noise would explain counts as noise. */
const noiseAllowance = 12;

/**
 * `v/(v + s²)`, `[1, B, 1]`: how much of the gates is learned, with the trusted spread `s`, where `√v` is the mean absolute value of what the global fit explains
 * of `μ`, less what it would explain of noise. Close to the steady state the operator becomes the linearly implicit step, which contracts;
 * there training has no signal, and gates left to themselves drive roll-outs away again after some tens of steps. Errors of
 * carried densities, which look like noise from particle to particle, must not switch the gates back on.
 */
function trustInGates(
  mu: { readonly chemicalPotential: tf.Tensor2D; readonly residual: tf.Tensor2D },
  trustedSpread: number,
): tf.Tensor3D {
  const { chemicalPotential, residual } = mu;
  const deviation = (x: tf.Tensor) => tf.square(tf.mean(tf.abs(x), 1, true));
  const noise = tf.mul(noiseAllowance / residual.shape[1], deviation(residual));
  const explained = tf.sub(deviation(tf.sub(chemicalPotential, residual)), noise);
  const signal = tf.expandDims(tf.relu(explained), 0);
  return tf.div(signal, tf.add(signal, trustedSpread ** 2)) as tf.Tensor3D;
}

/** The code of the whole density, `[2·hidden, B]`: a mean over the context of a network of `(ĉ, μ)`, and the frame's own numbers. */
function densityCode(
  parameters: Parameters,
  context: {
    readonly points: tf.Tensor3D;
    readonly chemicalPotential: tf.Tensor2D;
    readonly mean: tf.Tensor3D;
    readonly radius: tf.Tensor3D;
    readonly stepSize: tf.Tensor2D;
    readonly conditions: Conditions;
  },
): tf.Tensor2D {
  const { points, chemicalPotential, mean, radius, stepSize, conditions } = context;
  const d = points.shape[0];
  let hidden: tf.Tensor = tf.concat([points, tf.expandDims(chemicalPotential, 0)], 0);
  hidden = tf.tanh(dense(parameters, "encoder.0", hidden));
  hidden = tf.tanh(dense(parameters, "encoder.1", hidden));
  // The last layer is affine: its mean is its value at the mean, and costs one column.
  const pooled = dense(parameters, "encoder.2", tf.mean(hidden, 2));
  const axis = (k: number) => tf.slice(points, [k, 0, 0], [1, -1, -1]);
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) => tf.mean(tf.mul(axis(i), axis(j)), 2)),
  ).flat();
  const logs = [
    tf.squeeze(radius, [2]),
    ...[stepSize, ...Object.values(conditions)].map((x) => tf.transpose(x)),
  ].map((x) => tf.log(x));
  const summary = [pooled, tf.squeeze(mean, [2]), ...logs, ...covariance];
  return tf.tanh(dense(parameters, "modulation.0", tf.concat(summary, 0))) as tf.Tensor2D;
}
