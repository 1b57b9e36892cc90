/** @file What can be said of a density before it is asked about a point, and before anything is learned. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { FieldMoments } from "../energies/interaction.ts";
import { conditioned, type GradientFlow } from "../jko/flow.ts";
import { chartOf, type Place } from "./chart.ts";
import { drivingPotential } from "./drivingPotential.ts";
import { effectivePotential, isKnownEverywhere } from "./effectivePotential.ts";
import type { Conditions, DensityInputs } from "./form.ts";
import { exactFit, fitGlobally, type GlobalFit } from "./globalFit.ts";
import { type Resistance, resistanceOf } from "./implicitStep.ts";
import { evaluateMonomials, momentTable } from "./moments.ts";
import { potentialUnit } from "./scales.ts";
import { type Trust, type TrustSizes, trustIn } from "./trust.ts";

/** A density in the eyes of the operator: its place, and what it is in its own chart. */
export type Description = Place &
  Trust & {
    /** The JKO step `τ`, `[1, B, 1]`, in units of time. */
    readonly tau: tf.Tensor3D;
    /** The flow's parameters, where they vary. */
    readonly conditions: Conditions;
    /** The unit of the chemical potential, `[1, B, 1]`. */
    readonly unit: tf.Tensor3D;
    /** How its internal energy resists deformation; absent where nothing does. */
    readonly resistance?: Resistance;
    /** Moments for the smooth part of an interaction; absent where there is none. */
    readonly moments?: FieldMoments;
    /** The context in the chart, `[e, B, C]`. */
    readonly points: tf.Tensor3D;
    /** What a network is told of where the density is, `[e, B, 1]`. */
    readonly mean: tf.Tensor3D;
    /** `τ` in units of the density's own time, `[B, 1]`. */
    readonly stepSize: tf.Tensor2D;
    /** `μ` in its unit at the context, less its mean, `[B, C]`. */
    readonly chemicalPotential: tf.Tensor2D;
    /** What a few global functions explain of the chemical potential. */
    readonly fit: GlobalFit;
    /** The monomials of `momentTable` at the points, with what the fit leaves of the chemical potential, `[B, monomials, C]`. */
    readonly monomials: tf.Tensor3D;
  };

/**
 * Describes a density that is given by a context of particles.
 *
 * @param architecture what its gates trust.
 */
export function describeDensity(
  flow: GradientFlow,
  inputs: Omit<DensityInputs, "parameters">,
  architecture: TrustSizes = {},
): Description {
  const { context, conditions = {} } = inputs;
  const bound = conditioned(flow, conditions);
  const { energy } = bound;
  const [batch] = context.positions.shape;
  const tau = inputs.tau ?? (tf.fill([batch, 1], flow.tau) as tf.Tensor2D);
  const { centre, radius, points, mean, squaredRadius, unit, ...driven } = drivenDensity(bound, context);
  const chemicalPotential = winsorised(driven.chemicalPotential);
  const moments = energy.interaction?.smooth?.moments(context.positions);
  const potential = effectivePotential(energy, moments)?.(context.positions);
  const { fit, residual } = isKnownEverywhere(energy)
    ? exactFit(points)
    : fitGlobally({
        points,
        chemicalPotential,
        potential: potential && (tf.div(potential, unit) as tf.Tensor2D),
      });
  const description = {
    centre,
    radius,
    tau: tf.expandDims<tf.Tensor3D>(tau, 0),
    conditions,
    unit: tf.expandDims<tf.Tensor3D>(unit, 0),
    ...(moments === undefined ? {} : { moments }),
    points,
    mean,
    stepSize: tf.div(tf.mul(unit, tau), squaredRadius) as tf.Tensor2D,
    chemicalPotential,
    fit,
    monomials: evaluateMonomials(momentTable(points.shape[0]), points, residual),
    ...trustIn(flow, { chemicalPotential, residual }, architecture),
  };
  const resistance = resistanceOf(flow, description, context);
  return resistance === undefined ? description : { ...description, resistance };
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
