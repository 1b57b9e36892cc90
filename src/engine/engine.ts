/** @file Engines: array programs written in TensorFlow.js, compiled and run by ONNX Runtime or run as they are. */
import * as tf from "@tensorflow/tfjs";
import { check, didYouMean, InputError } from "../check/check.ts";
import {
  type Compile,
  type Compiled,
  compiledFunction,
  type JitOptions,
  type TensorFunction,
} from "./compiled.ts";
import { compileEager } from "./eagerEngine.ts";
import { compileOnnx } from "./onnxEngine.ts";
import { messageOf, nativeRuntime, type RuntimeOptions, wasmRuntime } from "./runtimes.ts";
import { loadTensorFlow, tensorFlowBackend } from "./tensorFlow.ts";
import type { Tree } from "./tree.ts";

/**
 * `onnx`: native ONNX Runtime on the processor; `onnx-cuda` and `onnx-webgpu`: on a graphics card; `onnx-wasm`: in
 * WebAssembly. `tfjs-*`: TensorFlow.js, operation by operation.
 */
export type EngineName =
  | "onnx"
  | "onnx-cuda"
  | "onnx-webgpu"
  | "onnx-wasm"
  | "tfjs-cpu"
  | "tfjs-node"
  | "tfjs-node-gpu";

export interface Engine {
  readonly name: EngineName;
  /** What runs, in words: `onnxruntime-node 1.30.0, cpu, 2 threads`. */
  readonly detail: string;
  /**
   * Turns a function of tensors into an asynchronous function of host arrays, with the same trees of arguments and
   * results. It is compiled at the first call with each combination of argument shapes.
   *
   * `f` must be pure and synchronous. Tensors that it captures are copied once and frozen: what changes from call to
   * call, random numbers included, must be an argument. Gradients (`tf.grads`, `tf.valueAndGrads`, nested at will) are
   * compiled with the rest. Results with truth values come back as `Int32Array`.
   */
  jit<A extends readonly Tree<tf.Tensor>[], R extends Tree<tf.Tensor>>(
    f: (...args: A) => R,
    options?: JitOptions,
  ): Compiled<A, R>;
  /** Frees the compiled programs of this engine. */
  dispose(): Promise<void>;
}

type Backing = {
  readonly detail: string;
  readonly compile: (f: TensorFunction, options: Required<JitOptions>) => Compile;
  readonly dispose?: () => Promise<void>;
};

const onnxBacking = async (runtime: Awaited<ReturnType<typeof wasmRuntime>>): Promise<Backing> => ({
  detail: runtime.description,
  compile: (f, options) => (args) => compileOnnx(f, args, { ...options, runtime }),
  dispose: async () => runtime.dispose?.(),
});

const eagerBacking = async (backend: string, detail: string): Promise<Backing> => ({
  detail,
  compile: (f, options) => (args) => compileEager(f, args, { ...options, backend }),
});

const backings: Readonly<Record<EngineName, (options: RuntimeOptions) => Promise<Backing>>> = {
  onnx: async (options) => onnxBacking(await nativeRuntime(options)),
  "onnx-cuda": async (options) => onnxBacking(await nativeRuntime(options, "cuda")),
  "onnx-webgpu": async (options) => onnxBacking(await nativeRuntime(options, "webgpu")),
  "onnx-wasm": async () => onnxBacking(await wasmRuntime()),
  "tfjs-cpu": () => {
    tf.enableProdMode(); // without it tfjs prints an advertisement for its native package
    return eagerBacking("cpu", `TensorFlow.js ${tf.version.tfjs}, plain JavaScript, 1 thread`);
  },
  "tfjs-node": async () => eagerBacking(tensorFlowBackend, await loadTensorFlow("tfjs-node")),
  "tfjs-node-gpu": async () => eagerBacking(tensorFlowBackend, await loadTensorFlow("tfjs-node-gpu")),
};

export const engineNames = Object.keys(backings) as readonly EngineName[];

/**
 * Opens an engine. An engine asked for by name is that engine or an error; `auto` takes the first of `onnx`,
 * `onnx-wasm` and `tfjs-cpu` that loads and says in `detail` why the ones before it did not.
 */
export async function openEngine(name: EngineName | "auto", options: RuntimeOptions = {}): Promise<Engine> {
  if (name !== "auto") {
    check(
      engineNames.includes(name),
      () =>
        `engine: expected auto, ${engineNames.join(", ")}, got "${name}".${didYouMean(name, ["auto", ...engineNames])}`,
    );
    return engineOver(name, await backings[name](options));
  }
  const skipped: string[] = [];
  for (const candidate of ["onnx", "onnx-wasm", "tfjs-cpu"] as const) {
    try {
      const backing = await backings[candidate](options);
      return engineOver(candidate, { ...backing, detail: [backing.detail, ...skipped].join("; ") });
    } catch (error) {
      skipped.push(`not ${candidate}: ${messageOf(error)}`);
    }
  }
  throw new InputError(`engine: none can be loaded (${skipped.join("; ")}).`);
}

function engineOver(name: EngineName, { detail, compile, dispose }: Backing): Engine {
  const functions: { dispose(): Promise<void> }[] = [];
  return {
    name,
    detail,
    jit<A extends readonly Tree<tf.Tensor>[], R>(f: (...args: A) => R, options: JitOptions = {}) {
      const name = f.name || "the compiled function";
      const settings = { precision: "float32", name, parallel: false, ...options } as const;
      const compiled = compiledFunction(compile(f as TensorFunction, settings), settings);
      functions.push(compiled);
      return compiled as unknown as Compiled<A, R>;
    },
    async dispose() {
      await dispose?.();
      await Promise.all(functions.splice(0).map((compiled) => compiled.dispose()));
    },
  };
}
