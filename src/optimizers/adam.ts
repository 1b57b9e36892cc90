/** @file Adam on one flat parameter vector, with clipping of the gradient's norm. */

import * as tf from "@tensorflow/tfjs";

/** First and second moments of the gradient; `[P]` each. */
export type AdamState = {
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
};

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * One Adam update, `θ ← θ − α_t m/(√v + ε)`.
 *
 * @param step.rate the bias-corrected step `α_t` of {@link adamRate}: an argument, because whatever changes from one
 *   call of a compiled step to the next must be one.
 * @see Kingma & Ba (2015), arXiv:1412.6980, the efficient form at the end of section 2.
 */
export function adam(
  parameters: tf.Tensor1D,
  state: AdamState,
  step: { readonly gradient: tf.Tensor1D; readonly rate: tf.Scalar } & AdamOptions,
): { readonly parameters: tf.Tensor1D; readonly state: AdamState } {
  const { gradient, rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = step;
  const first = tf.add(tf.mul(state.first, beta1), tf.mul(gradient, 1 - beta1)) as tf.Tensor1D;
  const second = tf.add(tf.mul(state.second, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as tf.Tensor1D;
  const direction = tf.div(first, tf.add(tf.sqrt(second), epsilon));
  return { parameters: tf.sub(parameters, tf.mul(direction, rate)), state: { first, second } };
}

/** The step `α √(1 − β₂ᵗ)/(1 − β₁ᵗ)` of iteration `t ≥ 1`. */
export function adamRate(learningRate: number, t: number, options: AdamOptions = {}): number {
  const { beta1 = 0.9, beta2 = 0.999 } = options;
  return (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
}

/** The gradient scaled down to norm `limit` where it is longer, and its norm before that. */
export function clipByNorm(
  gradient: tf.Tensor1D,
  limit: number,
): { readonly gradient: tf.Tensor1D; readonly norm: tf.Scalar } {
  const norm = tf.sqrt(tf.sum(tf.square(gradient))) as tf.Scalar;
  return { gradient: tf.mul(gradient, tf.div(limit, tf.maximum(norm, limit))), norm };
}

/** Linear warm-up over `warmup` iterations, then half a cosine down to zero at `total`. */
export function cosineSchedule(options: {
  peak: number;
  warmup: number;
  total: number;
}): (iteration: number) => number {
  const { peak, warmup, total } = options;
  return (iteration) => {
    if (iteration < warmup) return (peak * (iteration + 1)) / warmup;
    const progress = Math.min(1, (iteration - warmup) / Math.max(1, total - warmup));
    return 0.5 * peak * (1 + Math.cos(Math.PI * progress));
  };
}
