/** @file The network of a per-step solver as a field on particles, in the frame of the cloud. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { CloudTensors } from "../energies/energy.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import { smallestSymmetricEigenvalue } from "../engine/logDeterminant.ts";
import type { Cloud } from "../measures/cloud.ts";
import { componentsFirst, type Dual, jacobians, particlesFirst } from "../networks/dual.ts";
import { gradientField, gradientFieldSpecs } from "../networks/gradientField.ts";
import { mlp, mlpSpecs } from "../networks/mlp.ts";
import { layoutOf, type ParameterSpecs, type Parameters, unpack } from "../networks/parameters.ts";
import type { GradientFlow } from "./flow.ts";
import { jkoObjective } from "./objective.ts";

/**
 * What represents `w`. The exact one is a gradient (`w = −∇ δE/δρ`), so `gradient`, one hidden layer and a symmetric
 * Jacobian, leaves out what could only fit noise; `mlp` is the usual perceptron.
 */
export type FieldNetwork =
  | { readonly form: "gradient"; readonly width: number }
  | { readonly form: "mlp"; readonly hidden: readonly number[]; readonly skip?: boolean };

/**
 * Where a cloud lies and how far it will move: its mean `m`, `[1, 1, d]`, its RMS radius a coordinate `s`, and the length
 * of the step to expect `a`, `[1, 1, 1]` each.
 */
export type FrameTensors = {
  readonly shift: tf.Tensor3D;
  readonly radius: tf.Tensor3D;
  readonly reach: tf.Tensor3D;
};

/** The same in host memory. */
export interface Frame {
  readonly shift: NdArray;
  readonly radius: NdArray;
  readonly reach: NdArray;
}

/** The frame of a cloud of which a step of length `reach` is expected, no longer than its radius. */
export function frameOf(cloud: Cloud, reach: number): Frame {
  const mean = meanOf(cloud);
  const radius = radiusOf(cloud, mean);
  const one = (value: number) => ndarray(Float32Array.of(value), [1, 1, 1]);
  // A floor far below rounding: where nothing is left to move, parameters still have a slope.
  return {
    shift: ndarray(Float32Array.from(mean), [1, 1, cloud.dimension]),
    radius: one(radius),
    reach: one(Math.min(radius, Math.max(reach, 1e-6 * radius))),
  };
}

/**
 * The length of the step to expect. The slope of the chemical potential is about its deviation `σ_μ` over the radius, so that is
 * `τ σ_μ/s`.
 */
export function expectedReach(cloud: Cloud, options: { readonly tau: number; readonly deviation: number }) {
  return (options.tau * options.deviation) / radiusOf(cloud, meanOf(cloud));
}

function meanOf({ dimension: d, count, positions }: Cloud): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < positions.length; i++) mean[i % d] += positions[i] / count;
  return mean;
}

/** The RMS distance from the mean, a coordinate. */
function radiusOf({ dimension: d, count, positions }: Cloud, mean: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < positions.length; i++) squares += (positions[i] - mean[i % d]) ** 2;
  const radius = Math.sqrt(squares / (count * d));
  check(
    radius > 0 && radius < Infinity,
    () => `perStepSolver: particles must differ and be finite, got RMS radius ${radius}`,
  );
  return radius;
}

export function fieldSpecs(dimension: number, network: FieldNetwork): ParameterSpecs {
  return network.form === "gradient"
    ? gradientFieldSpecs({ dimension, width: network.width })
    : mlpSpecs({ dimension, hidden: network.hidden, skip: network.skip ?? true });
}

/**
 * The field `w(x) = (a/τ) u((x − m)/s)`: inputs and outputs of the network `u` are of order one, however small the step is, so
 * learning rates and warm starts carry over from one step to the next.
 */
export function framedField(flow: GradientFlow, network: FieldNetwork) {
  return (parameters: Parameters, frame: FrameTensors, x: tf.Tensor3D): Dual => {
    const z = tf.div(tf.sub(componentsFirst(x), componentsFirst(frame.shift)), frame.radius) as tf.Tensor3D;
    const d = flow.dimension;
    const u =
      network.form === "gradient"
        ? gradientField(parameters, { dimension: d, width: network.width }, z)
        : mlp(parameters, { dimension: d, hidden: network.hidden, skip: network.skip ?? true }, z);
    return {
      value: tf.mul(u.value, tf.div(frame.reach, flow.tau)),
      tangent: tf.mul(u.tangent, tf.expandDims(tf.div(frame.reach, tf.mul(frame.radius, flow.tau)), 0)),
    };
  };
}

/** The functions that the engine compiles for one flow and one network. */
export function perStepFunctions(flow: GradientFlow, network: FieldNetwork) {
  const layout = layoutOf(fieldSpecs(flow.dimension, network));
  const field = framedField(flow, network);
  const perParticle = (parameters: Parameters, frame: FrameTensors, cloud: CloudTensors) =>
    jkoObjective(flow, cloud, field(parameters, frame, cloud.positions)).perParticle;
  return {
    /** `δE/δρ` at each particle, `[1, n]`. */
    chemicalPotential: (cloud: CloudTensors) => flow.energy.chemicalPotential(cloud),

    /** What each particle contributes to `L(w) − L(0)`, `[1, n]`. */
    objective: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) =>
      perParticle(unpack(layout, flat), frame, cloud),

    /** The same, and the gradient of its mean. The values come apart, so that the host may add them up in Float64. */
    lossAndGradient: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) => {
      const n = cloud.logDensity.shape[1];
      const parameters = unpack(layout, flat);
      const names = Object.keys(parameters);
      const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
        perParticle(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), frame, cloud),
      )(Object.values(parameters), tf.fill([1, n], 1 / n));
      return {
        values: value as tf.Tensor2D,
        gradient: tf.concat1d(grads.map((grad) => tf.reshape(grad, [-1]) as tf.Tensor1D)),
      };
    },

    /** The velocity as `moveCloud` takes it, with the smallest eigenvalue of its symmetric gradient. */
    velocity: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) => {
      const w = field(unpack(layout, flat), frame, cloud.positions);
      const v = flow.mobility.apply(w, cloud);
      return {
        value: particlesFirst(v.value),
        jacobian: jacobians(v),
        action: tf.sum(tf.mul(w.value, v.value), 0),
        stretch: smallestSymmetricEigenvalue(v.tangent),
      };
    },
  };
}
