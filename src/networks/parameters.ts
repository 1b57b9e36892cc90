/** @file Network parameters: named arrays that live in one flat vector. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { normals } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";

/** One named array: its shape and how it starts. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** Standard deviation of a normal start, or the values themselves. */
  readonly initial: number | readonly number[];
}

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** Parameters by name, as tensors inside a traced function. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** How named arrays are laid out in one flat vector: an optimiser then needs a handful of operations, not hundreds. */
export interface Layout {
  readonly size: number;
  readonly entries: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly size: number;
  }[];
}

/** The layout of specs, in the order of their names' appearance. */
export function layoutOf(specs: ParameterSpecs): Layout {
  let offset = 0;
  const entries = Object.entries(specs).map(([name, { shape }]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    offset += size;
    return { name, shape, offset: offset - size, size };
  });
  return { size: offset, entries };
}

/** Initial values; the random stream of an array depends on its name alone. */
export function initialParameters(specs: ParameterSpecs, key: Key): Float32Array {
  const { size, entries } = layoutOf(specs);
  const flat = new Float32Array(size);
  for (const { name, offset, size: count } of entries) {
    const { initial } = specs[name];
    if (typeof initial !== "number") {
      check(
        initial.length === count,
        () => `parameter ${name}: expected ${count} initial values, got ${initial.length}`,
      );
      flat.set(initial, offset);
    } else if (initial !== 0) {
      flat.set(
        normals(foldIn(key, name), count).map((value) => initial * value),
        offset,
      );
    }
  }
  return flat;
}

/** The named tensors inside a flat vector. */
export function unpack(layout: Layout, flat: tf.Tensor1D): Parameters {
  return Object.fromEntries(
    layout.entries.map(({ name, shape, offset, size }) => [
      name,
      tf.reshape(tf.slice(flat, offset, size), [...shape]),
    ]),
  );
}

/**
 * The value of a function of the parameters and its gradient as one flat vector; where values are many, the gradient of their sum with the
 * given weights. Differentiates with respect to the named arrays and concatenates: slicing's own gradient would pad each of them to full length.
 */
export function valueAndGradient<Values extends tf.Tensor = tf.Scalar>(
  layout: Layout,
  flat: tf.Tensor1D,
  f: (parameters: Parameters) => Values,
  options: { readonly weights?: Values } = {},
): { readonly value: Values; readonly gradient: tf.Tensor1D } {
  const parameters = unpack(layout, flat);
  const names = layout.entries.map((entry) => entry.name);
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
    f(Object.fromEntries(names.map((name, i) => [name, tensors[i]]))),
  )(
    names.map((name) => parameters[name]),
    options.weights,
  );
  return {
    value: value as Values,
    gradient: tf.concat1d(grads.map((grad) => tf.reshape(grad, [-1]) as tf.Tensor1D)),
  };
}
