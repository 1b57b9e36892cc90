/** @file Running functions of tensors operation by operation in a TensorFlow.js backend. */
import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { NdArray } from "./array.ts";
import { inBackend } from "./backend.ts";
import type { Executable, JitOptions, TensorFunction } from "./compiled.ts";
import { registerMissingGradients } from "./gradients.ts";
import { isArraySpec, isTensor } from "./tracing.ts";
import { flatten, unflatten } from "./tree.ts";

/** Nothing is compiled: each run calls `f` inside a tidy and copies its results out. */
export async function compileEager(
  f: TensorFunction,
  args: unknown,
  options: Required<JitOptions> & { readonly backend: string },
): Promise<Executable> {
  const { name, backend, precision } = options;
  check(
    precision === "float32",
    () => `${name}: TensorFlow.js computes in float32 only; choose an ONNX engine for precision "float64".`,
  );
  registerMissingGradients(); // so that every engine differentiates the same functions
  const specs = flatten(args, isArraySpec).leaves;
  const run = async (leaves: readonly NdArray[]): Promise<unknown> => {
    let arrays: unknown;
    inBackend(backend, () => {
      arrays = call(leaves);
    });
    return arrays;
  };
  const call = (leaves: readonly NdArray[]): unknown => {
    const tensors = leaves.map(({ data, shape }, index) => tf.tensor(data, [...shape], specs[index].dtype));
    const result: unknown = f(...(unflatten(args, isArraySpec, tensors) as never[]));
    if (result instanceof Promise) result.catch(() => undefined);
    check(
      !(result instanceof Promise),
      () => `${name}: a compiled function must be synchronous, got one that returns a promise.`,
    );
    return unflatten(result, isTensor, flatten(result, isTensor).leaves.map(arrayOf));
  };
  return { nodes: 0, run, dispose: async () => undefined };
}

/** A copy: a tensor may share its buffer with an argument, and hold floats in an integer buffer after a cast. */
function arrayOf(tensor: tf.Tensor): NdArray {
  const values = tensor.dataSync();
  return {
    shape: tensor.shape,
    data: tensor.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values),
  };
}
