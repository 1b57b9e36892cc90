/** @file Forward-mode differentiation: values that carry their derivatives along the d coordinate directions. */

import * as tf from "@tensorflow/tfjs";

/**
 * A field on a batch of particles with its exact Jacobian: `value` is `[B, n, F]` and
 * `tangent[b, i, k, :] = ∂value[b, i, :]/∂x_k` is `[B, n, d, F]`.
 *
 * The d tangents ride along in the rows of the same matrix products, so `det ∇T` costs (1 + d) times a forward
 * pass and stays differentiable with respect to the parameters.
 */
export type Dual = {
  readonly value: tf.Tensor3D;
  readonly tangent: tf.Tensor4D;
};

/** The identity field `x` times `scale` (`[B, 1, 1]`), less `shift` (`[B, 1, d]`): `(x − shift)·scale`. */
export function affineFrame(positions: tf.Tensor3D, shift: tf.Tensor3D, scale: tf.Tensor3D): Dual {
  const [batch, n, d] = positions.shape;
  const value = tf.mul(tf.sub(positions, shift), scale) as tf.Tensor3D;
  const identity = tf.mul(tf.reshape(tf.eye(d), [1, 1, d, d]), tf.reshape(scale, [batch, 1, 1, 1]));
  return { value, tangent: tf.mul(identity, tf.ones([1, n, 1, 1])) as tf.Tensor4D };
}

export function concatDuals(duals: readonly Dual[]): Dual {
  return {
    value: tf.concat(
      duals.map((dual) => dual.value),
      -1,
    ),
    tangent: tf.concat(
      duals.map((dual) => dual.tangent),
      -1,
    ),
  };
}

/** `a + b`; both have the same number of components. */
export function addDuals(a: Dual, b: Dual): Dual {
  return { value: tf.add(a.value, b.value), tangent: tf.add(a.tangent, b.tangent) };
}

/** `a·c` with a factor that does not depend on x and broadcasts to `[B, n, F]`, of rank 3. */
export function scaleDual(a: Dual, factor: tf.Tensor): Dual {
  return { value: tf.mul(a.value, factor), tangent: tf.mul(a.tangent, tf.expandDims(factor, 2)) };
}

/** Componentwise product `a·b` by the Leibniz rule; a single component broadcasts. */
export function multiplyDuals(a: Dual, b: Dual): Dual {
  return {
    value: tf.mul(a.value, b.value),
    tangent: tf.add(
      tf.mul(a.tangent, tf.expandDims(b.value, 2)),
      tf.mul(tf.expandDims(a.value, 2), b.tangent),
    ),
  };
}

/** Components `[start, start + size)` of the last axis. */
export function sliceDual(a: Dual, start: number, size: number): Dual {
  return {
    value: tf.slice(a.value, [0, 0, start], [-1, -1, size]),
    tangent: tf.slice(a.tangent, [0, 0, 0, start], [-1, -1, -1, size]),
  };
}

/** Componentwise quotient `a/b`. */
export function divideDuals(a: Dual, b: Dual): Dual {
  const value = tf.div(a.value, b.value) as tf.Tensor3D;
  const correction = tf.mul(tf.expandDims(value, 2), b.tangent);
  return { value, tangent: tf.div(tf.sub(a.tangent, correction), tf.expandDims(b.value, 2)) };
}

/** `a − b`. */
export function subtractDuals(a: Dual, b: Dual): Dual {
  return { value: tf.sub(a.value, b.value), tangent: tf.sub(a.tangent, b.tangent) };
}

/**
 * Solves `A z = b` at every particle for a symmetric positive definite `A`, with exact tangents, by an unrolled
 * `L D Lᵀ` factorisation.
 *
 * @param lower entries `A_ij`, `j ≤ i`, of one component each.
 * @param right entries `b_i` of one component each.
 */
export function solveDuals(lower: readonly (readonly Dual[])[], right: readonly Dual[]): Dual[] {
  const d = right.length;
  const l: Dual[][] = [];
  const pivots: Dual[] = [];
  const y: Dual[] = [];
  for (let i = 0; i < d; i++) {
    const scaled: Dual[] = []; // L_ij D_j
    l.push([]);
    for (let j = 0; j < i; j++) {
      scaled.push(
        l[j].reduce((rest, ljk, k) => subtractDuals(rest, multiplyDuals(scaled[k], ljk)), lower[i][j]),
      );
      l[i].push(divideDuals(scaled[j], pivots[j]));
    }
    pivots.push(
      l[i].reduce((rest, lij, j) => subtractDuals(rest, multiplyDuals(scaled[j], lij)), lower[i][i]),
    );
    y.push(l[i].reduce((rest, lij, j) => subtractDuals(rest, multiplyDuals(lij, y[j])), right[i]));
  }
  const z: Dual[] = new Array(d);
  for (let i = d - 1; i >= 0; i--) {
    z[i] = divideDuals(y[i], pivots[i]);
    for (let j = i + 1; j < d; j++) z[i] = subtractDuals(z[i], multiplyDuals(l[j][i], z[j]));
  }
  return z;
}
