/** @file Means over batches of a cloud in place of means over all of it. */

import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import { permutation } from "../random/draw.ts";
import type { Key } from "../random/key.ts";
import type { FieldArrays, Mobility } from "./mobility.ts";

/**
 * A mobility by random batches: particles are shuffled and meet only those of their own batch, in Float64, for `O(n size)` in place of `O(n²)`.
 * What a batch of `B` out of `n` gives is multiplied by `B(n − 1)/((B − 1)n)`, so that the expectation over all shuffles is the mean over
 * the whole cloud; sums that vanish over a cloud vanish over every batch. On tensors, and where particles do not interact, nothing changes.
 *
 * @param options.size most particles of a batch, at least 2; the cloud is cut evenly.
 * @param options.key of the shuffle: another one in every step.
 * @see Jin, Li & Liu (2020), Random batch methods for interacting particle systems, doi:10.1016/j.jcp.2019.108877.
 */
export function randomBatches(
  mobility: Mobility,
  options: { readonly size: number; readonly key: Key },
): Mobility {
  const { size, key } = options;
  check(
    Number.isInteger(size) && size >= 2,
    () => `randomBatches: size must be an integer of at least 2, got ${size}`,
  );
  if (!mobility.isPairwise) return mobility;
  return {
    ...mobility,
    applyArrays(field, cloud) {
      if (cloud.count <= size) return mobility.applyArrays(field, cloud);
      const { count: n, dimension: d } = cloud;
      const order = permutation(key, n);
      const batches = Math.min(Math.ceil(n / size), Math.floor(n / 2));
      const value = new Float64Array(n * d);
      const jacobian = new Float64Array(n * d * d);
      for (let b = 0; b < batches; b++) {
        const chosen = order.subarray(Math.floor((b * n) / batches), Math.floor(((b + 1) * n) / batches));
        const factor = (chosen.length * (n - 1)) / ((chosen.length - 1) * n);
        const part = mobility.applyArrays(fieldOf(field, chosen, d), cloudOf(cloud, chosen));
        scatter(part.value, { into: value, rows: chosen, width: d, factor });
        scatter(part.jacobian, { into: jacobian, rows: chosen, width: d * d, factor });
      }
      return { value, jacobian };
    },
  };
}

function cloudOf(cloud: Cloud, rows: Int32Array): Cloud {
  const { dimension } = cloud;
  return {
    dimension,
    count: rows.length,
    positions: gathered(cloud.positions, rows, dimension),
    logDensity: gathered(cloud.logDensity, rows, 1),
  };
}

function fieldOf(field: FieldArrays, rows: Int32Array, d: number): FieldArrays {
  return { value: gathered(field.value, rows, d), jacobian: gathered(field.jacobian, rows, d * d) };
}

function gathered(values: ArrayLike<number>, rows: Int32Array, width: number): Float64Array {
  const result = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < width; k++) result[i * width + k] = values[rows[i] * width + k];
  return result;
}

function scatter(
  values: ArrayLike<number>,
  to: {
    readonly into: Float64Array;
    readonly rows: Int32Array;
    readonly width: number;
    readonly factor: number;
  },
): void {
  const { into, rows, width, factor } = to;
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < width; k++) into[rows[i] * width + k] = factor * values[i * width + k];
}
