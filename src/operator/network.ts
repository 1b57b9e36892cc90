/** @file The network of the operator: a code of the whole density, and layers at every point that the code modulates. */

import * as tf from "@tensorflow/tfjs";
import type { Dual } from "../networks/dual.ts";
import { dense, denseSpecs, modulatedLayer } from "../networks/layers.ts";
import type { ParameterSpecs, Parameters } from "../networks/parameters.ts";
import type { Description } from "./encoding.ts";
import type { Architecture } from "./form.ts";

/** Layers of the network at every point, each modulated by the density's code. */
const decoderLayers = 3;

/** How the particles of a density become `code` numbers, which do not depend on their order. */
export interface Pooling {
  parameters(architecture: Architecture): ParameterSpecs;
  /** From the context in its chart, `[e, B, C]`, and its chemical potential, `[B, C]`, to `[code, B]`. */
  pool(
    parameters: Parameters,
    context: Pick<Description, "points" | "chemicalPotential">,
    architecture: Architecture,
  ): tf.Tensor;
}

/** The mean over the context of a network of `(ĉ, μ)`. */
export const meanPooling: Pooling = {
  parameters: ({ dimension, chart: e = dimension, hidden, code }) => ({
    ...denseSpecs("encoder.0", { inputs: e + 1, outputs: hidden }),
    ...denseSpecs("encoder.1", { inputs: hidden, outputs: hidden }),
    ...denseSpecs("encoder.2", { inputs: hidden, outputs: code }),
  }),
  pool(parameters, { points, chemicalPotential }) {
    let hidden: tf.Tensor = tf.concat([points, tf.expandDims(chemicalPotential, 0)], 0);
    hidden = tf.tanh(dense(parameters, "encoder.0", hidden));
    hidden = tf.tanh(dense(parameters, "encoder.1", hidden));
    // The last layer is affine: its mean is its value at the mean, and costs one column.
    return dense(parameters, "encoder.2", tf.mean(hidden, 2));
  },
};

/** What the code and the modulation learn. */
export function codeParameters(architecture: Architecture, pooling: Pooling): ParameterSpecs {
  const { dimension, chart: e = dimension, hidden, code, conditions = [] } = architecture;
  const summary = code + 2 + conditions.length + e + (e * (e + 1)) / 2;
  return {
    ...pooling.parameters(architecture),
    ...denseSpecs("modulation.0", { inputs: summary, outputs: 2 * hidden }),
    ...denseSpecs("modulation.1", { inputs: 2 * hidden, outputs: 2 * decoderLayers * hidden, gain: 0.3 }),
  };
}

/** The code of the whole density, `[2·hidden, B]`: of what is pooled over the context, and of the frame's own numbers. */
export function densityCode(
  parameters: Parameters,
  description: Description,
  options: { readonly pooling: Pooling; readonly architecture: Architecture },
): tf.Tensor2D {
  const { points, mean, radius, stepSize, conditions } = description;
  const pooled = options.pooling.pool(parameters, description, options.architecture);
  const axis = (k: number) => tf.slice(points, [k, 0, 0], [1, -1, -1]);
  const covariance = Array.from({ length: points.shape[0] }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) => tf.mean(tf.mul(axis(i), axis(j)), 2)),
  ).flat();
  const logs = [
    tf.squeeze(radius, [2]),
    ...[stepSize, ...Object.values(conditions)].map((x) => tf.transpose(x)),
  ].map((x) => tf.log(x));
  const summary = [pooled, tf.squeeze(mean, [2]), ...logs, ...covariance];
  return tf.tanh(dense(parameters, "modulation.0", tf.concat(summary, 0))) as tf.Tensor2D;
}

/** Scale and shift of each layer at a point, `[2·layers, hidden, B, 1]`, from the code. */
export function modulationOf(parameters: Parameters, code: tf.Tensor2D): tf.Tensor4D {
  const modulation = dense(parameters, "modulation.1", code);
  return tf.reshape(modulation, [2 * decoderLayers, -1, code.shape[1], 1]) as tf.Tensor4D;
}

/** Scale and shift of every layer, `[hidden, B, 1]` each. */
export function modulatedLayers(modulation: tf.Tensor4D) {
  const row = (i: number) => tf.squeeze(tf.slice(modulation, [i, 0, 0, 0], [1, -1, -1, -1]), [0]);
  return Array.from({ length: decoderLayers }, (_, layer) => ({
    name: `decoder.${layer}`,
    scale: row(2 * layer),
    shift: row(2 * layer + 1),
  }));
}

/** What the layers at a point learn. */
export function decoderParameters(sizes: {
  readonly inputs: number;
  readonly hidden: number;
}): ParameterSpecs {
  const { inputs, hidden } = sizes;
  return Object.assign(
    {},
    ...Array.from({ length: decoderLayers }, (_, layer) =>
      denseSpecs(`decoder.${layer}`, { inputs: layer === 0 ? inputs : hidden, outputs: hidden }),
    ),
  );
}

/** The last hidden layer at every point, from its features. */
export function decode(parameters: Parameters, features: Dual, modulation: tf.Tensor4D): Dual {
  return modulatedLayers(modulation).reduce<Dual>(
    (hidden, { name, scale, shift }) =>
      modulatedLayer(parameters, { name, activation: "tanh" }, hidden, { scale, shift }),
    features,
  );
}
