/** @file ONNX Runtime, native and WebAssembly: loading it, and opening sessions in it. */
import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { check, InputError } from "../check/check.ts";
import { graph } from "./graph/graph.ts";
import { Lanes, type ParallelSession } from "./lanes.ts";
import { writeModel } from "./onnxModel.ts";
import { type Provider, sessionOptions } from "./sessionOptions.ts";
import { setupCommand } from "./setupCommand.ts";
import { requireWholeMantissas } from "./wholeMantissas.ts";

export interface RuntimeOptions {
  /**
   * Threads inside one operator, and for calls beside each other: two of the first and one a core of the second where it is
   * left out. The WebAssembly build always uses one.
   */
  readonly threads?: number;
}

/** What is used of ONNX Runtime's JavaScript interface, which its two packages share. */
export interface Runtime {
  /** Such as `onnxruntime-node 1.30.0, cpu, 2 threads`. */
  readonly description: string;
  readonly Tensor: typeof Tensor;
  openSession(model: Uint8Array): Promise<InferenceSession>;
  /** A session whose runs may overlap; absent where the runtime has one thread, or a card that does one thing after the other. */
  openParallelSession?(model: Uint8Array): Promise<ParallelSession>;
  /** Ends what runs beside this thread. */
  dispose?(): Promise<void>;
}

/** Threads for calls beside each other, where nothing is said of them: each holds its programs and their arrays. */
const mostLanes = 8;

/** The native runtime, an optional package. Throws {@link InputError} where it or the provider is missing. */
export async function nativeRuntime(
  options: RuntimeOptions = {},
  provider: Provider = "cpu",
): Promise<Runtime> {
  const { threads = Math.min(2, availableParallelism()) } = options;
  const engine = provider === "cpu" ? "onnx" : `onnx-${provider}`;
  check(
    Number.isInteger(threads) && threads >= 1,
    () => `engine ${engine}: threads must be a positive integer, got ${threads}.`,
  );
  if (provider === "cuda") requireWholeMantissas();
  const ort = await import("onnxruntime-node").catch((error: unknown) => {
    throw new InputError(
      `engine ${engine}: onnxruntime-node could not be loaded (${messageOf(error)}). ` +
        'Install it with "npm install onnxruntime-node --ignore-scripts", or choose the engine onnx-wasm.',
    );
  });
  ort.env.logLevel = "fatal"; // errors are thrown; the runtime would print them besides
  const beside = options.threads ?? Math.min(mostLanes, availableParallelism());
  const lanes = provider === "cpu" && beside > 1 ? new Lanes(beside) : undefined;
  const runtime: Runtime = {
    description: `onnxruntime-node ${ort.env.versions.node}, ${provider}, ${threads} thread${threads === 1 ? "" : "s"}`,
    Tensor: ort.Tensor,
    openSession: (model) => ort.InferenceSession.create(model, sessionOptions(provider, threads)),
    ...(lanes && {
      openParallelSession: async (model: Uint8Array) =>
        lanes.openSession(model, await ort.InferenceSession.create(model, sessionOptions(provider, 1))),
      dispose: () => lanes.dispose(),
    }),
  };
  if (provider !== "cpu") await requireProvider(runtime, provider);
  return runtime;
}

/** Why a provider may be missing, and what to do. */
const providerRemedies = {
  cuda: `It needs an NVIDIA card with a driver for CUDA 13: run "${setupCommand("cuda", ["setupCuda.js"])}"`,
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
    const reason = messageOf(error).split(". ").at(-1); // before it stands where in its source the runtime noticed
    throw new InputError(
      `engine onnx-${provider}: the provider ${provider} could not be opened (${reason}). ${providerRemedies[provider]}, or choose the engine onnx.`,
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
