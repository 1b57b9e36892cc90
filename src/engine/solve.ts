/** @file Batches of small linear systems as tensor operations, with gradients that cost one more solve. */
import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";

/**
 * Solves `m z = b` for every matrix of a batch, by Gauss–Jordan elimination with partial pivoting, unrolled. A singular
 * matrix gives a result that is not finite, and leaves the others alone.
 *
 * The gradient is not taken through the elimination: with `u = m⁻ᵀ ∂z`, it is `∂b = u` and `∂m = −u zᵀ`, which is again
 * differentiable.
 *
 * @param m Shape [d, d, ...] with d ≤ 16.
 * @param b Shape [d, r, ...]: `r` right-hand sides; the result has the same shape.
 */
export function solve(m: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [d, columns] = m.shape;
  check(
    m.rank >= 2 && d === columns && d >= 1 && d <= 16,
    () => `solve: m must have shape [d, d, ...] with d from 1 to 16, got [${m.shape}].`,
  );
  check(
    b.rank === m.rank && b.shape[0] === d && b.shape.slice(2).every((size, k) => size === m.shape[k + 2]),
    () => `solve: b must have shape [${d}, r, ...] with the batch of m, [${m.shape}], got [${b.shape}].`,
  );
  const withGradient = tf.customGrad((...args) => {
    const [matrix, right, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    // Not the solution: tfjs loses the derivative of a saved result. Computed again it is the same nodes of the program.
    save([matrix, right]);
    return {
      value: eliminate(matrix, right),
      gradFunc: (slope, saved) => {
        const [held, heldRight] = saved as [tf.Tensor, tf.Tensor];
        const solution = solve(held, heldRight);
        const u = solve(transposed(held), slope as tf.Tensor);
        // −u zᵀ, summed over the right-hand sides.
        const products = tf.mul(tf.expandDims(u, 1), tf.expandDims(solution, 0));
        return [tf.neg(tf.sum(products, 2)), u];
      },
    };
  });
  return withGradient(m, b);
}

/** The inverses of a batch of matrices, [d, d, ...] with d ≤ 16. */
export function inverse(m: tf.Tensor): tf.Tensor {
  const [d, , ...batch] = m.shape;
  return tf.tidy(() => {
    const identity = tf.reshape(tf.eye(d), [d, d, ...batch.map(() => 1)]);
    return solve(m, tf.mul(identity, tf.ones([1, 1, ...batch])));
  });
}

function transposed(m: tf.Tensor): tf.Tensor {
  return tf.transpose(
    m,
    m.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis)),
  );
}

/** Column by column: the pivot row, found by its one-hot vector, changes places with row `k` and clears all other rows. */
function eliminate(m: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [d] = m.shape;
  const [, right] = b.shape;
  const batch = m.shape.slice(2);
  const count = batch.reduce((product, size) => product * size, 1);
  // What is left of [m | b] after column k is cleared: the rows in order, without the columns behind.
  let rest: tf.Tensor = tf.concat([tf.reshape(m, [d, d, count]), tf.reshape(b, [d, right, count])], 1);
  for (let k = 0; k < d; k++) {
    const width = d - k + right;
    const candidates = tf.reshape(tf.slice(rest, [k, 0, 0], [d - k, 1, count]), [d - k, count]);
    const place = tf.equal(
      tf.reshape(tf.range(0, d - k, 1, "int32"), [d - k, 1]),
      tf.argMax(tf.abs(candidates), 0),
    );
    const below = tf.cast(tf.reshape(place, [d - k, 1, count]), "float32");
    const hit = k === 0 ? below : tf.concat([tf.zeros([k, 1, count]), below], 0);
    const pivotRow = tf.sum(tf.mul(hit, rest), 0, true);
    const top = tf.slice(rest, [k, 0, 0], [1, width, count]);
    const swapped = tf.add(rest, tf.mul(hit, tf.sub(top, pivotRow)));
    const normal = tf.div(
      tf.slice(pivotRow, [0, 1, 0], [1, width - 1, count]),
      tf.slice(pivotRow, [0, 0, 0], [1, 1, count]),
    );
    const cleared = (from: number, rows: number): tf.Tensor[] => {
      if (rows === 0) return [];
      const factor = tf.slice(swapped, [from, 0, 0], [rows, 1, count]);
      return [tf.sub(tf.slice(swapped, [from, 1, 0], [rows, width - 1, count]), tf.mul(factor, normal))];
    };
    rest = tf.concat([...cleared(0, k), normal, ...cleared(k + 1, d - k - 1)], 0);
  }
  return tf.reshape(rest, [d, right, ...batch]);
}
