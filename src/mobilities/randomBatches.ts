/** @file Means over random batches of a cloud in place of means over all of it. */

import { check } from "../check/check.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import { permutation } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { FieldArrays, Mobility } from "./mobility.ts";

export interface RandomBatches {
  /** Most particles of a batch, at least 2; the cloud is cut evenly. */
  readonly size: number;
  readonly key: Key;
}

/**
 * A mobility by random batches: particles are shuffled and meet only those of their own batch, in Float64, for `O(n size)` in place of `O(n²)`.
 * What a batch of `B` out of `n` gives is multiplied by `B(n − 1)/((B − 1)n)`, so that the expectation over all shuffles is the mean over
 * the whole cloud; sums that vanish over a cloud vanish over every batch. On tensors, and where particles do not interact, nothing changes.
 *
 * The shuffle is a function of the key and of the bits of the positions: the same for the same cloud, and another one in every step.
 *
 * @see Jin, Li & Liu (2020), Random batch methods for interacting particle systems, doi:10.1016/j.jcp.2019.108877.
 */
export function randomBatches<M extends Mobility>(mobility: M, options: RandomBatches): M {
  const { size, key } = options;
  check(
    Number.isInteger(size) && size >= 2,
    () => `randomBatches: size must be an integer of at least 2, got ${size}`,
  );
  if (!mobility.isPairwise) return mobility;
  const partsOf = (cloud: Cloud) => (cloud.count <= size ? undefined : batchesOf(cloud, size, key));
  return {
    ...mobility,
    applyArrays(field: FieldArrays, cloud: Cloud): FieldArrays {
      const parts = partsOf(cloud);
      if (parts === undefined) return mobility.applyArrays(field, cloud);
      const { count: n, dimension: d } = cloud;
      const value = new Float64Array(n * d);
      const jacobian = new Float64Array(n * d * d);
      for (const { rows, factor, part } of parts) {
        const own = {
          value: gathered(field.value, rows, d),
          jacobian: gathered(field.jacobian, rows, d * d),
        };
        const moved = mobility.applyArrays(own, part);
        scatter(moved.value, { into: value, rows, width: d, factor });
        scatter(moved.jacobian, { into: jacobian, rows, width: d * d, factor });
      }
      return { value, jacobian };
    },
    velocities(field: ArrayLike<number>, cloud: Cloud): ArrayLike<number> {
      const { count: n, dimension: d } = cloud;
      const alone = (w: ArrayLike<number>, of: Cloud) =>
        mobility.velocities?.(w, of) ??
        mobility.applyArrays({ value: w, jacobian: new Float64Array(of.count * d * d) }, of).value;
      const parts = partsOf(cloud);
      if (parts === undefined) return alone(field, cloud);
      const value = new Float64Array(n * d);
      for (const { rows, factor, part } of parts)
        scatter(alone(gathered(field, rows, d), part), { into: value, rows, width: d, factor });
      return value;
    },
  };
}

/** The batches of a cloud, with what their means are multiplied by. */
function batchesOf(
  cloud: Cloud,
  size: number,
  key: Key,
): readonly { readonly rows: Int32Array; readonly factor: number; readonly part: Cloud }[] {
  const { count: n, dimension } = cloud;
  const order = permutation(foldIn(key, fingerprint(cloud.positions)), n);
  const batches = Math.min(Math.ceil(n / size), Math.floor(n / 2));
  return Array.from({ length: batches }, (_, b) => {
    const rows = order.subarray(Math.floor((b * n) / batches), Math.floor(((b + 1) * n) / batches));
    const part = {
      dimension,
      count: rows.length,
      positions: gathered(cloud.positions, rows, dimension),
      logDensity: gathered(cloud.logDensity, rows, 1),
    };
    return { rows, factor: (rows.length * (n - 1)) / ((rows.length - 1) * n), part };
  });
}

/** A number of 32 bits that depends on every bit of the values, by Fowler, Noll and Vo's hash of words. */
function fingerprint(values: Floats): number {
  const words = new Uint32Array(
    values.buffer,
    values.byteOffset,
    values.byteLength / Uint32Array.BYTES_PER_ELEMENT,
  );
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i], 0x01000193);
  return hash >>> 0;
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
