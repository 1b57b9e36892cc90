/** @file The engines under test: `npm run test:tfjs-node` adds TensorFlow to them and takes its values for true. */
import { inject } from "vitest";
import type { EngineName } from "../../src/engine/engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly reference: "tfjs-cpu" | "tfjs-node";
  }
}

/** The engine whose kernels the others are held against. */
export const reference = inject("reference");

/** Whether TensorFlow for Node.js takes part. */
export const withTensorFlow = reference === "tfjs-node";

/** Every engine that has to keep the contract. */
export const engines: readonly EngineName[] = [
  "onnx",
  "onnx-wasm",
  "tfjs-cpu",
  ...(withTensorFlow ? (["tfjs-node"] as const) : []),
];

/** Whether an engine runs operation by operation: nothing is compiled, and float64 is refused. */
export const isEager = (name: EngineName): boolean => name.startsWith("tfjs");
