/** @file Fields of time and phase space, trained on whole trajectories of particles that they have moved themselves. */

import * as tf from "@tensorflow/tfjs";
import type { Coordinates } from "../../domains/phaseSpace.ts";
import { ndarray, scalar } from "../../engine/array.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Cloud, Floats } from "../../measures/cloud.ts";
import type { FieldArrays } from "../../mobilities/mobility.ts";
import {
  componentsFirst,
  type Dual,
  everywhere,
  identityTangent,
  jacobians,
  particlesFirst,
} from "../../networks/dual.ts";
import { type MlpShape, mlp, mlpSpecs } from "../../networks/mlp.ts";
import {
  initialParameters,
  layoutOf,
  type Parameters,
  unpack,
  valueAndGradient,
} from "../../networks/parameters.ts";
import { adam, adamRate, cosineSchedule } from "../../optimizers/adam.ts";
import { integers } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";

/** How a field is trained on trajectories. */
export interface TrajectoryTraining {
  /** Steps of the whole trajectory: the field is known until then. */
  readonly steps: number;
  /** How often trajectories are made anew with the field that was trained on those before; in the first three quarters they grow. */
  readonly passes: number;
  /** Iterations of Adam a pass. */
  readonly iterations: number;
  /** Peak of the learning rate, which a cosine takes to zero in every pass. */
  readonly rate: number;
  /** Pairs of a time and a particle an iteration. */
  readonly batch: number;
  /** Neurons of each hidden layer; tanh. */
  readonly hidden: readonly number[];
}

/** Points of phase space with the times at which particles were there, `[1, n, D]` and `[1, n, 1]`; times run from −1 to 1. */
type Points = { readonly positions: tf.Tensor3D; readonly time: tf.Tensor3D };

/** A field to be trained: which components it has, along which coordinates its Jacobian is needed, and its loss. */
export interface FieldToTrain {
  readonly dimension: number;
  readonly components: number;
  readonly along: Coordinates;
  /** What each point contributes to the loss, `[1, n]`. */
  perParticle(positions: tf.Tensor3D, field: Dual): tf.Tensor2D;
}

/** A trained field at the particles of a cloud in the middle of step `k`. */
export type TrajectoryField = (cloud: Cloud, step: number) => Promise<FieldArrays>;

/** Part of the passes in which trajectories still grow. */
const growing = 0.75;

/**
 * Trains a field by fixed-point iteration: particles are moved by it, it is trained at the places where they have been, held fixed, and so
 * on. From pass to pass trajectories grow, since those of a field that is wrong early lead nowhere late: over whole ones at once the
 * iteration diverges.
 *
 * @param trajectory moves the initial cloud by so many steps with a field, or without where there is none yet, and gives the places at
 *   which the field acts, one cloud a step.
 */
export async function trainTrajectoryField(
  engine: Engine,
  problem: {
    readonly target: FieldToTrain;
    readonly trajectory: (field: TrajectoryField | undefined, steps: number) => Promise<readonly Floats[]>;
  },
  options: TrajectoryTraining & { readonly key: Key },
): Promise<TrajectoryField> {
  const { target, trajectory } = problem;
  const { steps, passes, iterations, rate, batch, hidden, key } = options;
  const programs = programsOf(engine, target, hidden);
  let state = programs.start(key);
  const rates = cosineSchedule({ peak: rate, warmup: 20, total: iterations });
  const fieldWith =
    (parameters: typeof state.parameters): TrajectoryField =>
    async ({ positions }, step) => {
      const { value, jacobian } = await programs.field(
        parameters,
        pointsOf(positions, (_) => step, { dimension: target.dimension, steps }),
      );
      return { value: value.data, jacobian: jacobian.data };
    };
  for (let pass = 0; pass < passes; pass++) {
    const horizon = Math.min(steps, Math.ceil(((pass + 1) * steps) / (growing * passes)));
    const places = await trajectory(pass === 0 ? undefined : fieldWith(state.parameters), horizon);
    const zeros = () =>
      ndarray(new Float32Array(state.parameters.data.length), [state.parameters.data.length]);
    state = { parameters: state.parameters, first: zeros(), second: zeros() };
    for (let t = 1; t <= iterations; t++) {
      const own = foldIn(foldIn(key, pass), t);
      const sample = drawPoints(places, own, { dimension: target.dimension, batch, steps });
      state = await programs.iteration(state, sample, scalar(adamRate(rates(t - 1), t)));
    }
  }
  return fieldWith(state.parameters);
}

function programsOf(engine: Engine, target: FieldToTrain, hidden: readonly number[]) {
  const shape: MlpShape = {
    inputs: target.dimension + 1,
    outputs: target.components,
    hidden,
    activation: "tanh",
    skip: true,
    residual: false,
  };
  const specs = mlpSpecs(shape);
  const layout = layoutOf(specs);
  const fieldOf = (parameters: Parameters, { positions, time }: Points): Dual => {
    const { start, count } = target.along;
    const directions = tf.slice(identityTangent(target.dimension), [0, start, 0, 0], [-1, count, -1, -1]);
    return mlp(parameters, shape, {
      value: componentsFirst(tf.concat([positions, time], 2)),
      tangent: tf.pad(directions as tf.Tensor4D, [
        [0, 1],
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    });
  };
  return {
    start(key: Key) {
      const zeros = () => ndarray(new Float32Array(layout.size), [layout.size]);
      return {
        parameters: ndarray(initialParameters(specs, key), [layout.size]),
        first: zeros(),
        second: zeros(),
      };
    },
    field: engine.jit(
      (flat: tf.Tensor1D, points: Points) => {
        const field = everywhere(fieldOf(unpack(layout, flat), points));
        return { value: particlesFirst(field.value), jacobian: jacobians(field) };
      },
      { name: "trajectory field" },
    ),
    iteration: engine.jit(
      (
        state: {
          readonly parameters: tf.Tensor1D;
          readonly first: tf.Tensor1D;
          readonly second: tf.Tensor1D;
        },
        points: Points,
        rate: tf.Scalar,
      ) => {
        const { gradient } = valueAndGradient(
          layout,
          state.parameters,
          (parameters) =>
            tf.mean(target.perParticle(points.positions, fieldOf(parameters, points))) as tf.Scalar,
        );
        const next = adam(state.parameters, state, { gradient, rate });
        return { parameters: next.parameters, ...next.state };
      },
      { name: "trajectory training" },
    ),
  };
}

function pointsOf(
  positions: Floats,
  stepOf: (i: number) => number,
  { dimension, steps }: { readonly dimension: number; readonly steps: number },
) {
  const n = positions.length / dimension;
  return {
    positions: ndarray(Float32Array.from(positions), [1, n, dimension]),
    time: ndarray(
      Float32Array.from({ length: n }, (_, i) => (2 * (stepOf(i) + 0.5)) / steps - 1),
      [1, n, 1],
    ),
  };
}

function drawPoints(
  places: readonly Floats[],
  key: Key,
  sizes: { readonly dimension: number; readonly batch: number; readonly steps: number },
) {
  const { dimension, batch } = sizes;
  const steps = integers(foldIn(key, "step"), places.length, batch);
  const particles = integers(foldIn(key, "particle"), places[0].length / dimension, batch);
  const positions = new Float64Array(batch * dimension);
  for (let i = 0; i < batch; i++) {
    for (let k = 0; k < dimension; k++)
      positions[i * dimension + k] = places[steps[i]][particles[i] * dimension + k];
  }
  return pointsOf(positions, (i) => steps[i], sizes);
}
