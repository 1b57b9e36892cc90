/** @file Host arrays as ONNX Runtime takes them, and back. */

import type { Tensor } from "onnxruntime-web";
import type { Buffer, NdArray } from "./array.ts";
import type { Runtime } from "./runtimes.ts";

/** A host array as the runtime takes it: the same buffer under another name. */
export function feed({ Tensor }: Pick<Runtime, "Tensor">, { data, shape }: NdArray): Tensor {
  return new Tensor(typeOf(data), data, shape);
}

export function outputArray({ data, dims }: Tensor): NdArray {
  return { data: data as Buffer, shape: dims };
}

function typeOf(data: Buffer): "float32" | "float64" | "int32" {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int32";
}
