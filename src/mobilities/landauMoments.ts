/** @file Collisions of Maxwell's molecules by moments: sums over all pairs in linear time. */

import * as tf from "@tensorflow/tfjs";
import type { Cloud } from "../measures/cloud.ts";
import { centred } from "../metrics/statistics.ts";
import type { Dual } from "../networks/dual.ts";
import { centredRows, type FieldRows, fieldRows, identityRows, outerRows, toDual } from "./landauRows.ts";
import type { FieldArrays } from "./mobility.ts";

/** Velocities and their Jacobians in Float64. */
export interface CollisionArrays extends FieldArrays {
  readonly value: Float64Array;
  readonly jacobian: Float64Array;
}

/**
 * `𝓑[w]` for `A(z) = C (|z|² I − z⊗z)`, any dimension. With `v` and `w` about their means, `P = E[v⊗v]`, `e = tr P`, `M = E[v⊗w]`, `q = tr M`,
 * `p = v·w`,
 *
 *     𝓑[w]  = C ((|v|² + e) w − (p + q) v − P w + (2Mᵀ − M) v − E[|v|² w] + E[p v])
 *     ∇𝓑[w] = C ((|v|² + e) ∇w − (∇w v + w)⊗v − ∇w P + 2 v⊗w − (p + q) I + 2M − Mᵀ),
 *
 * where `∇w` has the directions of derivatives for rows.
 */
export function momentApply(strength: number, field: FieldArrays, cloud: Cloud): CollisionArrays {
  const jacobian = new Float64Array(field.jacobian.length);
  const value = collide(strength, field.value, cloud, { slopes: field.jacobian, into: jacobian });
  return { value, jacobian };
}

/** The velocity `𝓑[w]` alone. */
export function momentVelocities(strength: number, field: ArrayLike<number>, cloud: Cloud): Float64Array {
  return collide(strength, field, cloud);
}

/** Returns `𝓑[w]`, and writes its Jacobian where that of `w` is given. */
function collide(
  strength: number,
  field: ArrayLike<number>,
  cloud: Cloud,
  jacobian?: { readonly slopes: ArrayLike<number>; readonly into: Float64Array },
): Float64Array {
  const { dimension: d, count: n } = cloud;
  const v = centred(cloud.positions, d);
  const w = centred(field, d);
  const { P, M, e, q, push } = momentsOf(v, w, d);
  const twist = Float64Array.from(M, (m, at) => 2 * m - M[(at % d) * d + Math.floor(at / d)]);
  const value = new Float64Array(n * d);
  for (let i = 0; i < n * d; i += d) {
    let reach = e;
    let overlap = q;
    for (let a = i; a < i + d; a++) {
      reach += v[a] * v[a];
      overlap += v[a] * w[a];
    }
    for (let f = 0; f < d; f++) {
      let sum = reach * w[i + f] - overlap * v[i + f] - push[f];
      for (let a = 0; a < d; a++) sum += twist[a * d + f] * v[i + a] - P[a * d + f] * w[i + a];
      value[i + f] = strength * sum;
    }
    if (jacobian === undefined) continue;
    const { slopes, into } = jacobian;
    for (let k = 0; k < d; k++) {
      const row = (i + k) * d; // of ∂_k w
      let along = w[i + k];
      for (let a = 0; a < d; a++) along += v[i + a] * slopes[row + a];
      for (let f = 0; f < d; f++) {
        let sum = reach * slopes[row + f] - along * v[i + f] + 2 * v[i + k] * w[i + f] + twist[k * d + f];
        for (let a = 0; a < d; a++) sum -= P[a * d + f] * slopes[row + a];
        into[row + f] = strength * sum;
      }
      into[row + k] -= strength * overlap;
    }
  }
  return value;
}

/** Moments of velocities and fields about their means; `push` is `E[|v|² w] − E[p v]`. */
function momentsOf(v: Float64Array, w: Float64Array, d: number) {
  const n = v.length / d;
  const P = new Float64Array(d * d);
  const M = new Float64Array(d * d);
  const push = new Float64Array(d);
  for (let i = 0; i < n * d; i += d) {
    let square = 0;
    let p = 0;
    for (let a = i; a < i + d; a++) {
      square += v[a] * v[a];
      p += v[a] * w[a];
    }
    for (let a = 0; a < d; a++) {
      push[a] += square * w[i + a] - p * v[i + a];
      for (let b = 0; b <= a; b++) P[a * d + b] += v[i + a] * v[i + b];
      for (let b = 0; b < d; b++) M[a * d + b] += v[i + a] * w[i + b];
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) P[b * d + a] = P[a * d + b];
  for (const sums of [P, M, push]) for (let a = 0; a < sums.length; a++) sums[a] /= n;
  let [e, q] = [0, 0];
  for (let a = 0; a < d; a++) {
    e += P[a * (d + 1)];
    q += M[a * (d + 1)];
  }
  return { P, M, e, q, push };
}

/** The same on tensors, each cloud of a batch with moments of its own. */
export function momentTensors(strength: number, field: Dual, positions: tf.Tensor3D): Dual {
  const v = centredRows(tf.transpose(positions, [0, 2, 1]));
  const { w, jacobian } = fieldRows(field);
  // Not a product of matrices over n: ONNX Runtime would take 1/n into it, rounded to single precision.
  const P = tf.mean(outerRows(v, v), 3);
  const M = tf.mean(outerRows(v, w), 3);
  const twist = tf.sub(tf.mul(2, tf.transpose(M, [0, 2, 1])), M);
  const squares = tf.sum(tf.square(v), 1, true);
  const p = tf.sum(tf.mul(v, w), 1, true);
  // e + |v|² and q + p, [B, 1, n].
  const reach = tf.add(tf.mean(squares, 2, true), squares);
  const overlap = tf.add(tf.mean(p, 2, true), p);
  const push = tf.mean(tf.sub(tf.mul(squares, w), tf.mul(p, v)), 2, true);
  const bent = tf.sub(tf.matMul(twist, v), tf.matMul(P, w));
  const value = tf.sub(tf.add(tf.sub(tf.mul(reach, w), tf.mul(overlap, v)), bent), push);
  const tangent = momentTangent({ v, w, jacobian }, { P, twist, reach, overlap });
  return toDual({ value: tf.mul(strength, value), jacobian: tf.mul(strength, tangent) });
}

function momentTangent(
  { v, w, jacobian }: FieldRows & { readonly v: tf.Tensor },
  moments: Readonly<Record<"P" | "twist" | "reach" | "overlap", tf.Tensor>>,
): tf.Tensor {
  const { P, twist, reach, overlap } = moments;
  const [batch, d, , n] = jacobian.shape;
  const columns = tf.reshape(jacobian, [batch, d, d * n]);
  const pressed = tf.reshape(tf.matMul(P, columns), [-1, d, d, n]);
  // vᵀ∇w + w, [B, d, n].
  const along = tf.add(tf.sum(tf.mul(tf.expandDims(v, 2), jacobian), 1), w);
  const outer = tf.sub(outerRows(w, tf.mul(2, v)), outerRows(v, along));
  const stretched = tf.sub(tf.mul(tf.expandDims(reach, 1), jacobian), pressed);
  const isotropic = tf.mul(identityRows(d), tf.expandDims(overlap, 1));
  return tf.add(tf.sub(tf.add(stretched, outer), isotropic), tf.expandDims(twist, 3));
}
