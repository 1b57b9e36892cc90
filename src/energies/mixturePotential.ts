/** @file The potential whose Gibbs density is a mixture of round Gaussians. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Matrix, Vector } from "../linalg/matrix.ts";
import { checkCount, checkWeights } from "../measures/weights.ts";
import type { Potential } from "./energy.ts";

/**
 * `V(x) = −log Σ_k w_k N(x; m_k, s_k² I)`, so that `∫e^{−V} = 1`.
 *
 * @param options.weights not negative, sum 1.
 * @param options.means one row of d numbers a component.
 * @param options.deviations `s_k > 0`, one a component.
 */
export function mixturePotential(options: {
  readonly weights: Vector;
  readonly means: Matrix;
  readonly deviations: Vector;
}): Potential {
  const { weights, means, deviations } = options;
  checkWeights("mixturePotential", weights);
  checkCount("mixturePotential: means", means.length, weights.length);
  checkCount("mixturePotential: deviations", deviations.length, weights.length);
  check(
    deviations.every((s) => s > 0 && s < Infinity),
    () => `mixturePotential: deviations must be positive, got [${deviations}]`,
  );
  const d = means[0].length;
  const offsets = weights.map(
    (w, k) => Math.log(w) - d * Math.log(deviations[k]) - 0.5 * d * Math.log(2 * Math.PI),
  );
  const exponents = (x: ArrayLike<number>) =>
    means.map((mean, k) => {
      const squared = mean.reduce((sum, m, a) => sum + (x[a] - m) ** 2, 0);
      return offsets[k] - (0.5 * squared) / deviations[k] ** 2;
    });
  const value = (x: ArrayLike<number>) => {
    const all = exponents(x);
    const largest = Math.max(...all);
    return -largest - Math.log(all.reduce((sum, e) => sum + Math.exp(e - largest), 0));
  };
  /** The probability that a point at `x` comes from each component, and that component's pull `(x − m)/s²`. */
  const shares = (x: ArrayLike<number>) => {
    const level = value(x);
    return exponents(x).map((e, k) => ({
      share: Math.exp(e + level),
      stiffness: 1 / deviations[k] ** 2,
      pull: means[k].map((m, a) => (x[a] - m) / deviations[k] ** 2),
    }));
  };
  const gradient = (x: ArrayLike<number>) => {
    const all = shares(x);
    return means[0].map((_, a) => all.reduce((sum, { share, pull }) => sum + share * pull[a], 0));
  };
  return {
    spec: { kind: "mixture", weights, means, deviations },
    value,
    gradient,
    hessian(x) {
      const slope = gradient(x);
      const all = shares(x);
      return slope.map((ga, a) =>
        slope.map((gb, b) =>
          all.reduce(
            (sum, { share, stiffness, pull }) =>
              sum + share * ((a === b ? stiffness : 0) - (pull[a] - ga) * (pull[b] - gb)),
            0,
          ),
        ),
      );
    },
    tensor: (positions) => tensorValue({ means, deviations, offsets }, positions),
  };
}

function tensorValue(
  terms: { readonly means: Matrix; readonly deviations: Vector; readonly offsets: Vector },
  positions: tf.Tensor,
): tf.Tensor {
  const { means, deviations, offsets } = terms;
  const logs = means.map((mean, k) => {
    const squared = tf.sum(tf.square(tf.sub(positions, tf.tensor1d([...mean]))), -1);
    return tf.sub(offsets[k], tf.mul(0.5 / deviations[k] ** 2, squared));
  });
  // log(e^a + e^b) = (a + b)/2 + log 2cosh((a − b)/2): of maxima and exponentials TensorFlow.js has no correct higher derivatives.
  const both = (a: tf.Tensor, b: tf.Tensor) => {
    const middle = tf.mul(0.5, tf.add(a, b));
    return tf.add(middle, tf.log(tf.mul(2, tf.cosh(tf.mul(0.5, tf.sub(a, b))))));
  };
  return tf.neg(logs.reduce(both));
}
