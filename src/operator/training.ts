/** @file One iteration of training: the JKO objective on a batch of densities, its gradient, and Adam. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { conditioned, type GradientFlow } from "../jko/flow.ts";
import { jkoObjective } from "../jko/objective.ts";
import { layoutOf, type Parameters, valueAndGradient } from "../networks/parameters.ts";
import { type AdamState, adam, clipByNorm } from "../optimizers/adam.ts";
import { drivenDensity, nearSteady } from "./encoding.ts";
import type { Architecture, Conditions } from "./form.ts";
import { encodeDensity, encodedField, operatorParameters } from "./map.ts";

/** What training carries from iteration to iteration; `[P]` each. */
export type TrainingTensors = AdamState & {
  readonly parameters: tf.Tensor1D;
  /** Exponential moving average of the parameters, with which data are generated and results evaluated. */
  readonly average: tf.Tensor1D;
};

/** Blocks of fresh particles: context and queries are disjoint samples of the same densities. */
export type TrainingBatch = {
  readonly context: CloudTensors;
  readonly queries: CloudTensors;
  /** One JKO step a density, `[B, 1]`; that of the flow where it is left out. */
  readonly tau?: tf.Tensor2D;
  /** The flow's parameters for each density, `[B, 1]` each, where they vary. */
  readonly conditions?: Conditions;
};

export interface TrainingOptions {
  /** Longest gradient that is taken as it is. */
  readonly clip: number;
  /** Consecutive steps whose objectives the loss sums, with gradients through all of them; 1 where it is left out. */
  readonly unroll?: number;
}

/**
 * `1/(u √(Var(μ/u) + 0.1²))` with the unit `u` of the chemical potential, `[B]`: close to the steady state a density gains no
 * more weight. What a step can gain falls with the square of the slopes of `μ`. Without a weight the last approach to the
 * steady state would train nothing, and gates that are never trained there may push away from it, which long roll-outs show.
 */
function densityWeights(flow: GradientFlow, context: CloudTensors): tf.Tensor1D {
  const { chemicalPotential, unit } = drivenDensity(flow, context);
  const variance = tf.mean(tf.square(chemicalPotential), 1);
  return tf.div(tf.rsqrt(tf.add(variance, nearSteady ** 2)), tf.squeeze(unit, [1])) as tf.Tensor1D;
}

/**
 * `Σ_k (L_k(w_k) − L_k(0))` over consecutive steps, `[B]`: each starts from the particles, of context and of queries, where the one
 * before has left them. For more than one step its minimum is not made of JKO steps: energies between the first and the
 * last density cancel, and what is left asks the first step to prepare for the second.
 */
export function unrolledGains(
  flow: GradientFlow,
  architecture: Architecture,
  course: { readonly parameters: Parameters; readonly batch: TrainingBatch; readonly steps: number },
): tf.Tensor1D {
  const { parameters, batch, steps } = course;
  const { tau } = batch;
  let { context, queries, conditions = {} } = batch;
  let gains: tf.Tensor | undefined;
  for (let k = 1; k <= steps; k++) {
    const inputs = { parameters, context, conditions, ...(tau === undefined ? {} : { tau }) };
    const encoding = encodeDensity(flow, architecture, inputs);
    const bound = conditioned(flow, conditions);
    const moved = (cloud: CloudTensors) => {
      const field = encodedField(flow, architecture, { parameters, encoding, queries: cloud.positions });
      return jkoObjective(bound, cloud, field, tau && tf.expandDims(tau, 0));
    };
    const objective = moved(queries);
    const own = tf.mean(objective.perParticle, 1);
    gains = gains === undefined ? own : tf.add(gains, own);
    if (k < steps) context = moved(context).moved;
    queries = objective.moved;
    if (conditions["time"] !== undefined)
      conditions = { ...conditions, time: tf.add(conditions["time"], tau ?? flow.tau) as tf.Tensor2D };
  }
  return gains as tf.Tensor1D;
}

/** How far an update goes, and how much of the average it keeps. */
export type TrainingSchedule = { readonly rate: tf.Scalar; readonly averaging: tf.Scalar };

/**
 * The loss of a batch and its gradient. The loss is the weighted mean over densities of `L(w) − L(0)`: self-supervised, no solution of any
 * JKO step enters.
 */
export function trainingGradient(
  flow: GradientFlow,
  architecture: Architecture,
  options: Pick<TrainingOptions, "unroll">,
) {
  const layout = layoutOf(operatorParameters(architecture));
  return (
    parameters: tf.Tensor1D,
    batch: TrainingBatch,
  ): { readonly loss: tf.Scalar; readonly gradient: tf.Tensor1D } => {
    const { value, gradient } = valueAndGradient(layout, parameters, (named) => {
      const { tau } = batch;
      // Gains are about proportional to the step: per unit of time, short steps train as much as long ones.
      const perTime = tau === undefined ? 1 : tf.div(flow.tau, tf.squeeze(tau, [1]));
      const own = conditioned(flow, batch.conditions);
      const weights = tf.mul(densityWeights(own, batch.context), perTime);
      const course = { parameters: named, batch, steps: options.unroll ?? 1 };
      const gains = unrolledGains(flow, architecture, course);
      return tf.mean(tf.mul(gains, weights)) as tf.Scalar;
    });
    return { loss: value, gradient };
  };
}

/** The update by a gradient: clipped, by Adam, and averaged. One with a gradient that is not finite is skipped as a whole. */
export function trainingUpdate(options: Pick<TrainingOptions, "clip">) {
  return (
    state: TrainingTensors,
    gradient: tf.Tensor1D,
    schedule: TrainingSchedule,
  ): { readonly state: TrainingTensors; readonly norm: tf.Scalar } => {
    const clipped = clipByNorm(gradient, options.clip);
    const next = adam(state.parameters, state, { gradient: clipped.gradient, rate: schedule.rate });
    const average = tf.add(
      tf.mul(state.average, schedule.averaging),
      tf.mul(next.parameters, tf.sub(1, schedule.averaging)),
    ) as tf.Tensor1D;
    const finite = tf.isFinite(clipped.norm);
    const keep = (after: tf.Tensor1D, before: tf.Tensor1D) => tf.where(finite, after, before) as tf.Tensor1D;
    return {
      state: {
        parameters: keep(next.parameters, state.parameters),
        first: keep(next.state.first, state.first),
        second: keep(next.state.second, state.second),
        average: keep(average, state.average),
      },
      norm: clipped.norm,
    };
  };
}

/** {@link trainingGradient} and {@link trainingUpdate} as one function, which the engine compiles for batches that are not taken apart. */
export function trainingIteration(flow: GradientFlow, architecture: Architecture, options: TrainingOptions) {
  const gradientOf = trainingGradient(flow, architecture, options);
  const update = trainingUpdate(options);
  return (
    state: TrainingTensors,
    batch: TrainingBatch,
    schedule: TrainingSchedule,
  ): { state: TrainingTensors; loss: tf.Scalar; norm: tf.Scalar } => {
    const { loss, gradient } = gradientOf(state.parameters, batch);
    return { ...update(state, gradient, schedule), loss };
  };
}
