/** @file How sessions of the native runtime are opened: the same in every thread. */
import type { InferenceSession } from "onnxruntime-web";

/** What computes inside the native runtime: the processor, or a graphics card by one of two ways. */
export type Provider = "cpu" | "cuda" | "webgpu";

export function sessionOptions(provider: Provider, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // A thread that spins while it waits takes a core from whoever shares the machine: on two busy cores a training step
    // took 1.2 to 2 times as long. But a step is hundreds of operations of some 10 µs, and waking a sleeping thread
    // for each took a third of it. So threads spin for the length of a few operations, and sleep between steps.
    extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: "50" } } },
    logSeverityLevel: 4, // errors are thrown; the runtime would print them besides
  };
}
