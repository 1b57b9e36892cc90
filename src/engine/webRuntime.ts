/** @file Where ONNX Runtime's WebAssembly binaries lie in this installation. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { WebProvider } from "./webModel.ts";

const files: Readonly<Record<WebProvider, string>> = {
  wasm: "ort-wasm-simd-threaded.wasm",
  webgpu: "ort-wasm-simd-threaded.asyncify.wasm",
};

/** The binary of the build for a provider. */
export async function webAssemblyBinary(provider: WebProvider): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve(`onnxruntime-web/${files[provider]}`));
}
