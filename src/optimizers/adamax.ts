/** @file Adamax on one flat parameter vector: Adam with the largest gradient of late instead of its root mean square. */

import * as tf from "@tensorflow/tfjs";
import type { AdamOptions, AdamState } from "./adam.ts";

/**
 * One Adamax update, `θ ← θ − α_t m/(u + ε)` with `u ← max(β₂u, |g|)`. No parameter moves by more than the learning rate, however small
 * its gradient is.
 *
 * @param state `second` is `u`.
 * @param step.rate the bias-corrected step `α_t` of {@link adamaxRate}.
 * @see Kingma & Ba (2015), arXiv:1412.6980, algorithm 2.
 */
export function adamax(
  parameters: tf.Tensor1D,
  state: AdamState,
  step: { readonly gradient: tf.Tensor1D; readonly rate: tf.Scalar } & AdamOptions,
): { readonly parameters: tf.Tensor1D; readonly state: AdamState } {
  const { gradient, rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = step;
  const first = tf.add(tf.mul(state.first, beta1), tf.mul(gradient, 1 - beta1)) as tf.Tensor1D;
  const second = tf.maximum(tf.mul(state.second, beta2), tf.abs(gradient)) as tf.Tensor1D;
  const direction = tf.div(first, tf.add(second, epsilon));
  return { parameters: tf.sub(parameters, tf.mul(direction, rate)), state: { first, second } };
}

/** The step `α/(1 − β₁ᵗ)` of iteration `t ≥ 1`. */
export function adamaxRate(learningRate: number, t: number, options: AdamOptions = {}): number {
  return learningRate / (1 - (options.beta1 ?? 0.9) ** t);
}
