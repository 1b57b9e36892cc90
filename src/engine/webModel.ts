/** @file An ONNX model in a browser, by ONNX Runtime's WebAssembly, from memory alone: nothing is fetched. */

import * as ort from "onnxruntime-web/wasm";
import type { NdArray } from "./array.ts";
import { feed, outputArray } from "./runtimeTensors.ts";

/** A model that runs. Arrays go in and out by the names of its inputs and outputs. */
export interface WebModel {
  /** What runs it: `ONNX Runtime Web 1.30.0, WebAssembly`. */
  readonly description: string;
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Readonly<Record<string, NdArray>>>;
}

/** What a model runs on. Each has a build of ONNX Runtime of its own, with which the script must have been bundled. */
export type WebProvider = "wasm" | "webgpu";

const providerNames: Readonly<Record<WebProvider, string>> = { wasm: "WebAssembly", webgpu: "WebGPU" };

/**
 * Opens a model.
 *
 * @param options.runtime the WebAssembly binary of the build of ONNX Runtime that this script was bundled with.
 * @throws Error where the provider is missing on this machine.
 */
export async function openWebModel(options: {
  readonly model: Uint8Array;
  readonly runtime: Uint8Array;
  readonly provider: WebProvider;
}): Promise<WebModel> {
  const { model, runtime, provider } = options;
  const { env } = ort;
  env.wasm.wasmBinary = runtime;
  env.wasm.numThreads = 1; // more need memory that is shared between threads, which a page from disk may not have
  env.logLevel = "fatal";
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  // On a card the runtime takes one run of a session at a time.
  let before: Promise<unknown> = Promise.resolve();
  return {
    description: `ONNX Runtime Web ${env.versions.web ?? ""}, ${providerNames[provider]}`,
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, array]) => [name, feed(ort, array)]);
      const run = before.then(() => session.run(Object.fromEntries(feeds)));
      before = run.catch(() => undefined); // what failed is the caller's
      const results = await run;
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, outputArray(value)]));
    },
  };
}
