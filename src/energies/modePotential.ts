/** @file A quadratic potential by its modes, whose stiffnesses may be tensors: that of a flow whose well changes in time. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { diagonal, type Matrix, matmul, symmetrize, transpose, type Vector } from "../linalg/matrix.ts";
import type { Potential } from "./energy.ts";
import { quadraticPotential } from "./quadraticPotential.ts";

/**
 * `V(x) = ½ Σ_k s_k (q_k·x)²`. With numbers it is a {@link quadraticPotential}; with tensors it has no Float64 side.
 *
 * @param options.stiffnesses `s_k`, in units of 1/time; inside a traced function also one row for each cloud, `[B, d]`.
 * @param options.modes orthogonal, `q_k` in column `k`; the axes where it is left out.
 */
export function modePotential(options: {
  readonly stiffnesses: Vector | tf.Tensor2D;
  readonly modes?: Matrix;
}): Potential {
  const { stiffnesses, modes } = options;
  if (!(stiffnesses instanceof tf.Tensor)) {
    const own = diagonal(stiffnesses);
    const matrix = modes === undefined ? own : symmetrize(matmul(matmul(modes, own), transpose(modes)));
    return quadraticPotential({ matrix });
  }
  const refuse = (): never => {
    check(false, () => "modePotential: a potential of tensors has no Float64 side");
    throw new Error("unreachable");
  };
  return {
    spec: { kind: "quadratic" },
    value: refuse,
    gradient: refuse,
    hessian: refuse,
    tensor: (positions) => {
      const d = positions.shape[positions.rank - 1];
      const along =
        modes === undefined
          ? positions
          : tf.reshape(
              tf.matMul(tf.reshape(positions, [-1, d]), tf.tensor2d(modes.map((row) => [...row]))),
              positions.shape,
            );
      // [B, 1, d] on positions [B, n, d].
      return tf.mul(0.5, tf.sum(tf.mul(tf.square(along), tf.expandDims(stiffnesses, 1)), -1));
    },
  };
}
