/** @file What can be said of a density before it is asked about a point, and before anything is learned. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { FieldMoments } from "../energies/interaction.ts";
import { conditioned, type GradientFlow } from "../jko/flow.ts";
import { chartOf, type Place } from "./chart.ts";
import { drivingPotential } from "./drivingPotential.ts";
import { effectivePotential, isKnownEverywhere } from "./effectivePotential.ts";
import type { ArchitectureSizes, Conditions, DensityInputs } from "./form.ts";
import { exactFit, fitGlobally, type GlobalFit } from "./globalFit.ts";
import { type Resistance, resistanceOf } from "./implicitStep.ts";
import { evaluateMonomials, momentTable } from "./moments.ts";
import { potentialUnit } from "./scales.ts";

/** A density in the eyes of the operator: its place, and what it is in its own chart. */
export type Description = Place & {
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
  /** How far the density is from its steady state, from 0 to 1, `[1, B, 1]`: how much of what is estimated counts. */
  readonly trust: tf.Tensor3D;
  /** How much of the gates is learned, `[1, B, 1]`; the rest is a linearly implicit step. */
  readonly learned: tf.Tensor3D;
};

/**
 * Describes a density that is given by a context of particles.
 *
 * @param architecture what its gates trust.
 */
export function describeDensity(
  flow: GradientFlow,
  inputs: Omit<DensityInputs, "parameters">,
  architecture: Pick<ArchitectureSizes, "trustedSpread" | "trustedShare"> = {},
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
  // Where the mobility keeps energy the quadratic part is taken out before the fit, and what is left is all signal.
  const unexplained = flow.mobility.keepsEnergy ? tf.zerosLike(residual) : residual;
  const { trustedSpread, trustedShare = 0 } = architecture;
  const trust = trustIn({ chemicalPotential, residual: unexplained }, trustedSpread);
  const weighsNovelty = trustedShare > 0 && !flow.mobility.keepsEnergy && !isKnownEverywhere(energy);
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
    trust,
    learned: weighsNovelty
      ? (tf.mul(trust, novelty({ chemicalPotential, residual }, trustedShare)) as tf.Tensor3D)
      : trust,
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

/** Spread of the chemical potential, in its unit, at which the learned part of the gates counts half. */
const defaultTrustedSpread = 0.03;

/** So many times the variance that a fit of pure noise would explain counts as noise. */
const noiseAllowance = 12;

/** The chemical potential at the context, and what the global fit leaves of it, `[B, C]`. */
interface Fitted {
  readonly chemicalPotential: tf.Tensor2D;
  readonly residual: tf.Tensor2D;
}

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
function trustIn(mu: Fitted, trustedSpread = defaultTrustedSpread): tf.Tensor3D {
  const { chemicalPotential, residual } = mu;
  const noise = tf.mul(noiseAllowance / residual.shape[1], deviation(residual));
  const explained = tf.sub(deviation(tf.sub(chemicalPotential, residual)), noise);
  const signal = tf.expandDims(tf.relu(explained), 0);
  return tf.div(signal, tf.add(signal, trustedSpread ** 2)) as tf.Tensor3D;
}
