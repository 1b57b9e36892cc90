/** @file ONNX Runtime, native and WebAssembly: loading it, and opening sessions in it. */
import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { check, InputError } from "../check/check.ts";
import { graph } from "./graph/graph.ts";
import { writeModel } from "./onnxModel.ts";

export type Provider = "cpu" | "cuda" | "webgpu";

export interface RuntimeOptions {
  /** Threads inside one operator; the WebAssembly build always uses one. */
  readonly threads?: number;
  readonly provider?: Provider;
}

/** What is used of ONNX Runtime's JavaScript interface, which its two packages share. */
export interface Runtime {
  /** Such as `onnxruntime-node 1.30.0, cpu, 2 threads`. */
  readonly description: string;
  readonly Tensor: typeof Tensor;
  openSession(model: Uint8Array): Promise<InferenceSession>;
}

/** The native runtime, an optional package. Throws {@link InputError} where it is missing. */
export async function nativeRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { threads = Math.min(2, availableParallelism()), provider = "cpu" } = options;
  check(
    Number.isInteger(threads) && threads >= 1,
    () => `engine onnx: threads must be a positive integer, got ${threads}.`,
  );
  const ort = await import("onnxruntime-node").catch((error: unknown) => {
    throw new InputError(
      `engine onnx: onnxruntime-node could not be loaded (${messageOf(error)}). ` +
        'Install it with "npm install onnxruntime-node --ignore-scripts", or choose the engine onnx-wasm.',
    );
  });
  ort.env.logLevel = "fatal"; // errors are thrown; the runtime would print them besides
  const runtime: Runtime = {
    description: `onnxruntime-node ${ort.env.versions.node}, ${provider}, ${threads} thread${threads === 1 ? "" : "s"}`,
    Tensor: ort.Tensor,
    openSession: (model) =>
      ort.InferenceSession.create(model, {
        executionProviders: [provider],
        executionMode: "sequential",
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        // A thread that spins while it waits takes a core from whoever shares the machine: on two busy cores a training step
        // took 1.2 to 2 times as long. But a step is hundreds of operations of some 10 µs, and waking a sleeping thread
        // for each took a third of it. So threads spin for the length of a few operations, and sleep between steps.
        extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: "50" } } },
        logSeverityLevel: 3,
      }),
  };
  if (provider !== "cpu") await requireProvider(runtime, provider);
  return runtime;
}

const providerRemedies = {
  cuda: "It needs CUDA 12 with cuDNN 9 and the provider libraries that onnxruntime-node's own install script downloads",
  webgpu: "It needs a graphics driver with Vulkan, Metal or Direct3D 12",
} as const;

/** A provider that is asked for by name and missing is an error at once, not at the first step of a long run. */
async function requireProvider(runtime: Runtime, provider: keyof typeof providerRemedies): Promise<void> {
  const g = graph("float32");
  const input = g.input(0, [], "float");
  const model = writeModel(g, [input], { inputNames: ["x"], outputNames: ["y"], runtimeOperators: false });
  try {
    await (await runtime.openSession(model.bytes)).release();
  } catch (error) {
    throw new InputError(
      `engine onnx: the provider ${provider} could not be opened (${messageOf(error)}). ${providerRemedies[provider]}, or choose provider cpu.`,
    );
  }
}

/** The WebAssembly runtime: plain npm, slower, and the same everywhere. */
export async function wasmRuntime(): Promise<Runtime> {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = 1; // more would need workers that outlive their sessions and keep Node from ending
  return {
    description: `onnxruntime-web ${ort.env.versions.web}, wasm, 1 thread`,
    Tensor: ort.Tensor,
    openSession: (model) =>
      ort.InferenceSession.create(model, {
        executionProviders: ["wasm"],
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      }),
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}
