/**
 * @file The engines under test: `npm run test:tfjs-node` adds TensorFlow to them and takes its values for true,
 * `npm run test:gpu` adds those of graphics cards.
 */
import { inject } from "vitest";
import type { EngineName } from "../../src/engine/engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly reference: "tfjs-cpu" | "tfjs-node" | "tfjs-node-gpu";
    readonly graphics: readonly EngineName[];
  }
}

/** The engine whose kernels the others are held against. */
export const reference = inject("reference");

/** The compiled engines that run on a graphics card. */
export const graphics = inject("graphics");

/** Whether TensorFlow for Node.js takes part. */
export const withTensorFlow = reference !== "tfjs-cpu";

/** Every engine that has to keep the contract. */
export const engines: readonly EngineName[] = [
  "onnx",
  ...graphics,
  "onnx-wasm",
  "tfjs-cpu",
  ...(withTensorFlow ? [reference] : []),
];

/** Whether an engine runs operation by operation: nothing is compiled, and float64 is refused. */
export const isEager = (name: EngineName): boolean => name.startsWith("tfjs");
