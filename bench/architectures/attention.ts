/** @file A code of the density by attention: learned queries read the particles, instead of a mean over them. */

import * as tf from "@tensorflow/tfjs";
import { dense, denseSpecs } from "../../src/networks/layers.ts";
import type { Pooling } from "../../src/operator/network.ts";
import { regressedSlopes } from "../../src/operator/slopes.ts";
import { wellBalancedForm } from "../../src/operator/wellBalanced.ts";

/** Learned queries, each of which reads one token. */
const tokens = 8;
/** Length of queries and keys. */
const width = 16;

/**
 * `(z_1, …, z_8)` with `z_t = Σ_j a_tj v_j` and `a_t = softmax_j(q_t·k_j/4)`: keys `k_j` and values `v_j` come from a network of `(ĉ_j, μ_j)`,
 * queries `q_t` are parameters (Jaegle et al. 2021, Perceiver, arXiv:2103.03206). With weighted particles the logits would gain the
 * logarithms of the weights; those of a cloud weigh the same.
 */
export const attentionPooling: Pooling = {
  parameters: ({ dimension, hidden, code }) => ({
    ...denseSpecs("encoder.0", { inputs: dimension + 1, outputs: hidden }),
    ...denseSpecs("encoder.1", { inputs: hidden, outputs: hidden }),
    "attention.queries": { shape: [width, tokens], initial: 1 },
    ...denseSpecs("attention.keys", { inputs: hidden, outputs: width }),
    ...denseSpecs("attention.values", { inputs: hidden, outputs: code / tokens }),
  }),
  pool(parameters, { points, chemicalPotential }, { code }) {
    const [, batch, count] = points.shape;
    let hidden: tf.Tensor = tf.concat([points, tf.expandDims(chemicalPotential, 0)], 0);
    hidden = tf.tanh(dense(parameters, "encoder.0", hidden));
    hidden = tf.tanh(dense(parameters, "encoder.1", hidden));
    const keys = tf.reshape(dense(parameters, "attention.keys", hidden), [width, batch * count]);
    const products = tf.matMul(parameters["attention.queries"] as tf.Tensor2D, keys as tf.Tensor2D, true);
    const weights = tf.softmax(tf.reshape(tf.div(products, Math.sqrt(width)), [tokens, batch, count]));
    const values = dense(parameters, "attention.values", hidden);
    const read = tf.matMul(tf.transpose(weights, [1, 0, 2]), tf.transpose(values, [1, 2, 0])); // [B, tokens, code/tokens]
    return tf.transpose(tf.reshape(read, [batch, code]));
  },
};

/** The default form with tokens in place of the mean. */
export const attention = wellBalancedForm({
  name: "well-balanced, attention",
  pooling: attentionPooling,
  slopes: regressedSlopes,
});
