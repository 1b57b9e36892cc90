/** @file The network of a per-step solver as a field on particles, in the frame of the cloud. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Activation } from "../networks/activations.ts";
import { componentsFirst, type Dual } from "../networks/dual.ts";
import { type FeatureShape, featureCount, featuresOf, pointFeatures } from "../networks/features.ts";
import { gradientField, gradientFieldSpecs } from "../networks/gradientField.ts";
import { mlp, mlpSpecs } from "../networks/mlp.ts";
import type { ParameterSpecs, Parameters } from "../networks/parameters.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import type { FrameTensors } from "./perStepFrame.ts";

/**
 * What represents `w`. The exact one is a gradient (`w = −∇ δE/δρ`), so `gradient`, one hidden layer and a symmetric
 * Jacobian, leaves out what could only fit noise; `mlp` is the usual perceptron, and `affine` is enough for Gaussians.
 * Periodic coordinates enter by `harmonics` waves each, one by default.
 */
export type FieldNetwork = { readonly harmonics?: number } & (
  | { readonly form: "affine" }
  | { readonly form: "gradient"; readonly width: number }
  | {
      readonly form: "mlp";
      readonly hidden: readonly number[];
      /** tanh by default. */
      readonly activation?: Activation;
      /** Whether an affine field is added; so by default. */
      readonly skip?: boolean;
      /** Whether hidden layers add to their inputs; not by default. */
      readonly residual?: boolean;
    }
);

/** A field's parameters, and the field in the frame's own units. */
interface NetworkOnFeatures {
  readonly specs: ParameterSpecs;
  field(parameters: Parameters, features: Dual): Dual;
}

function networkOf(flow: GradientFlow, network: FieldNetwork): NetworkOnFeatures {
  const moved = movedCoordinates(flow);
  const features = featureShape(flow, network);
  const sizes = { inputs: featureCount(features), outputs: moved.count };
  if (network.form === "gradient") {
    const along = featuresOf(features, moved);
    check(
      along !== undefined,
      () => `perStepSolver: a gradient network cannot move periodic coordinates; take the form "mlp"`,
    );
    const shape = { inputs: sizes.inputs, along: along as NonNullable<typeof along>, width: network.width };
    return {
      specs: gradientFieldSpecs(shape),
      field: (parameters, z) => gradientField(parameters, shape, z.value),
    };
  }
  const layers =
    network.form === "affine"
      ? { hidden: [] }
      : {
          hidden: network.hidden,
          activation: network.activation,
          skip: network.skip,
          residual: network.residual,
        };
  const shape = {
    ...sizes,
    hidden: layers.hidden,
    activation: layers.activation ?? "tanh",
    skip: layers.skip ?? true,
    residual: layers.residual ?? false,
  };
  return { specs: mlpSpecs(shape), field: (parameters, z) => mlp(parameters, shape, z) };
}

function featureShape({ dimension, torus }: GradientFlow, { harmonics = 1 }: FieldNetwork): FeatureShape {
  check(
    Number.isInteger(harmonics) && harmonics > 0,
    () => `perStepSolver: harmonics must be a positive integer, got ${harmonics}`,
  );
  return { dimension, torus, harmonics };
}

export function fieldSpecs(flow: GradientFlow, network: FieldNetwork): ParameterSpecs {
  return networkOf(flow, network).specs;
}

/**
 * The field `w(x) = (a/τ) u((x − m)/s)`: inputs and outputs of the network `u` are of order one, however small the step is, so
 * learning rates and warm starts carry over from one step to the next. In a frame by axes `a` and `s` are those of each axis. Its tangents, along the coordinates that move, may be the same at
 * every particle, `[d, d, 1, 1]`.
 */
export function framedField(flow: GradientFlow, network: FieldNetwork) {
  const { field } = networkOf(flow, network);
  const shape = featureShape(flow, network);
  const along = movedCoordinates(flow);
  return (parameters: Parameters, frame: FrameTensors, x: tf.Tensor3D): Dual => {
    const [shift, radius, reach] = [frame.shift, frame.radius, frame.reach].map(componentsFirst);
    const framed = tf.div(tf.sub(componentsFirst(x), shift), radius) as tf.Tensor3D;
    const u = field(parameters, pointFeatures(shape, { framed, along }));
    const own = tf.slice(radius, [along.start, 0, 0], [along.count, 1, 1]);
    const scale = tf.div(reach, flow.tau);
    return {
      value: tf.mul(u.value, scale),
      tangent: tf.mul(u.tangent, tf.div(tf.expandDims(scale, 1), tf.expandDims(own, 0))),
    };
  };
}
