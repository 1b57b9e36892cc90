/** @file A mobility that is a matrix, the same at every particle: noise and friction that know directions. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { diagonal, type Matrix, matmul, symmetrize, transpose, type Vector } from "../linalg/matrix.ts";
import type { Dual } from "../networks/dual.ts";
import type { Mobility } from "./mobility.ts";

/** A mobility `𝓑[w] = M w`. */
export interface LinearMobility extends Mobility {
  readonly rates: Vector | tf.Tensor2D;
  readonly modes: Matrix | undefined;
}

/**
 * `𝓑[w] = M w` with `M = Q diag(r) Qᵀ`: the flow of an energy in the metric `⟨·, M⁻¹·⟩`.
 *
 * @param options.rates `r_k ≥ 0` of the modes; inside a traced function also one row for each cloud, `[B, d]`.
 * @param options.modes `Q`, orthogonal, a mode a column; the axes where it is left out.
 */
export function linearMobility(options: {
  readonly rates: Vector | tf.Tensor2D;
  readonly modes?: Matrix;
}): LinearMobility {
  const { rates, modes } = options;
  check(
    rates instanceof tf.Tensor || rates.every((rate) => rate >= 0 && rate < Infinity),
    () => `linearMobility: rates must not be negative, got [${rates}]`,
  );
  return {
    name: "linear",
    rates,
    modes,
    apply: ({ value, tangent }: Dual) => {
      const d = value.shape[0];
      const own = rates instanceof tf.Tensor ? rates : tf.tensor2d([...rates], [1, rates.length]);
      // [d, B, 1], on values [d, B, n] and on tangents [d, k, B, n].
      const scale = tf.reshape(tf.transpose(own), [d, own.shape[0], 1]);
      const turned = rotated(modes && transpose(modes), { value, tangent });
      return rotated(modes, {
        value: tf.mul(turned.value, scale),
        tangent: tf.mul(turned.tangent, tf.expandDims(scale, 1)),
      });
    },
    applyArrays: ({ value, jacobian }) => {
      check(!(rates instanceof tf.Tensor), () => "linearMobility: a mobility of tensors has no Float64 side");
      const matrix = modes && matrixOf(rates, modes);
      const moved = (rows: ArrayLike<number>) => rowsBy(matrix, rates, rows);
      return { value: moved(value), jacobian: moved(jacobian) };
    },
    action: (velocity) => {
      check(!(rates instanceof tf.Tensor), () => "linearMobility: a mobility of tensors has no Float64 side");
      // Along modes of rate zero nothing moves, but for rounding, which must not be divided by zero.
      const inverse = rates.map((rate) => (rate === 0 ? 0 : 1 / rate));
      return forms(velocity, rowsBy(modes && matrixOf(inverse, modes), inverse, velocity), rates.length);
    },
  };
}

/** The matrix `M` of a mobility that has one; `where` names the caller, which knows no other mobilities. */
export function mobilityMatrix(where: string, mobility: Mobility): Matrix {
  const { rates, modes } = mobility as Partial<LinearMobility>;
  check(
    rates !== undefined && !(rates instanceof tf.Tensor),
    () => `${where}: the mobility must be a matrix of numbers, got ${mobility.name}`,
  );
  return modes === undefined ? diagonal(rates) : matrixOf(rates, modes);
}

function matrixOf(rates: Vector, modes: Matrix): number[][] {
  return symmetrize(matmul(matmul(modes, diagonal(rates)), transpose(modes)));
}

/** `Q a` on the components of a field and its tangents; the field itself where there is no `Q`. */
function rotated(matrix: Matrix | undefined, { value, tangent }: Dual): Dual {
  if (matrix === undefined) return { value, tangent };
  const d = matrix.length;
  const q = tf.tensor2d(matrix.map((row) => [...row]));
  const on = (x: tf.Tensor) => tf.reshape(tf.matMul(q, tf.reshape(x, [d, -1])), x.shape);
  return { value: on(value) as tf.Tensor3D, tangent: on(tangent) as tf.Tensor4D };
}

/** `M` on every row of `d` numbers: on the values of a field and, since they are in rows of a direction each, on its Jacobians. */
function rowsBy(matrix: Matrix | undefined, rates: Vector, rows: ArrayLike<number>): Float64Array {
  const d = rates.length;
  const result = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += d) {
    for (let f = 0; f < d; f++) {
      if (matrix === undefined) result[i + f] = rates[f] * rows[i + f];
      else for (let a = 0; a < d; a++) result[i + f] += matrix[f][a] * rows[i + a];
    }
  }
  return result;
}

/** `a·b` of every row of `d` numbers. */
function forms(a: ArrayLike<number>, b: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(a.length / d);
  for (let k = 0; k < a.length; k++) result[Math.floor(k / d)] += a[k] * b[k];
  return result;
}
