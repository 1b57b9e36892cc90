/** @file The quadratic potential, whose gradient flow is the Ornstein–Uhlenbeck process. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import type { Matrix, Vector } from "../linalg/matrix.ts";
import type { Potential } from "./energy.ts";

/**
 * `V(x) = ½ (x − c)ᵀ A (x − c)` with a symmetric `d × d` matrix `A`.
 *
 * @param options.matrix the stiffness `A`, in units of 1/time.
 * @param options.centre `c`, the origin by default.
 */
export function quadraticPotential(options: {
  readonly matrix: Matrix;
  readonly centre?: Vector;
}): Potential {
  const { matrix } = options;
  const d = matrix.length;
  const centre = options.centre ?? matrix.map(() => 0);
  check(
    matrix.every((row, i) => row.length === d && row.every((entry, j) => entry === matrix[j][i])),
    () => `quadraticPotential: matrix must be symmetric, got ${JSON.stringify(matrix)}`,
  );
  check(centre.length === d, () => `quadraticPotential: centre must have ${d} entries, got ${centre.length}`);
  const gradient: Potential["gradient"] = (x) =>
    matrix.map((row) => row.reduce((sum, a, j) => sum + a * (x[j] - centre[j]), 0));
  return {
    spec: { kind: "quadratic", matrix, centre },
    convexity: symmetricEigen(matrix, "quadraticPotential: matrix").values[0],
    value(x) {
      let sum = 0;
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) sum += matrix[i][j] * (x[i] - centre[i]) * (x[j] - centre[j]);
      return 0.5 * sum;
    },
    gradient,
    hessian: () => matrix.map((row) => [...row]),
    tensor(positions) {
      const shifted = tf.sub(positions, tf.tensor1d([...centre]));
      const force = tf.matMul(tf.reshape(shifted, [-1, d]), tf.tensor2d(matrix.map((row) => [...row])));
      return tf.mul(0.5, tf.sum(tf.mul(tf.reshape(force, positions.shape), shifted), -1));
    },
  };
}

/** The stiffness and centre of a quadratic potential, whose flows have closed forms; undefined for any other. */
export function quadraticStiffness(
  potential: Potential,
): { readonly matrix: Matrix; readonly centre: Vector } | undefined {
  const { kind, matrix, centre } = potential.spec;
  return kind === "quadratic" ? { matrix: matrix as Matrix, centre: centre as Vector } : undefined;
}
