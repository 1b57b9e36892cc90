/** @file Host arrays: what goes into a compiled program and what comes out of it. */
import { check } from "../check/check.ts";

/** The buffers that a compiled program takes and gives: float32 by default, float64 on request, int32 for indices. */
export type Buffer = Float32Array | Float64Array | Int32Array;

/** A row-major array in host memory. The buffer is shared, never copied. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Buffer;
}

/** The number of elements of an array of this shape; 1 for a scalar, `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** An array over an existing buffer, which is not copied. Its length must be the product of the shape. */
export function ndarray(data: Buffer, shape: readonly number[]): NdArray {
  check(
    data.length === sizeOf(shape),
    () => `ndarray: the buffer must hold ${sizeOf(shape)} elements for shape [${shape}], got ${data.length}.`,
  );
  return { shape, data };
}

/** A float32 array of rank 0, for step sizes, times and learning rates. */
export function scalar(x: number): NdArray {
  return { shape: [], data: Float32Array.of(x) };
}

/** Where pieces of nearly equal size of `n` rows begin and end. */
export function pieces(
  n: number,
  count: number,
): readonly { readonly start: number; readonly end: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * n) / count));
    return { start, end };
  });
}
