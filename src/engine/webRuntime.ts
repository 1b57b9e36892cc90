/** @file Where ONNX Runtime's WebAssembly binaries lie in this installation. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** The binary of the build without graphics, which runs everywhere. */
export async function webAssemblyBinary(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
}
