import { defineConfig, mergeConfig } from "vitest/config";
import type { EngineName } from "./src/engine/engine.ts";
import core from "./vitest.config.ts";

/**
 * The tests of the engine on a graphics card. `npm run test:gpu`; `L2E_ENGINES=onnx-webgpu` chooses among the engines, of
 * which each that is missing fails.
 */
const chosen = (process.env["L2E_ENGINES"] ?? "onnx-cuda,onnx-webgpu").split(",") as EngineName[];
const merged = mergeConfig(core, defineConfig({ test: { env: { TF_CPP_MIN_LOG_LEVEL: "3" } } }));
merged.test.include = ["tests/engine/**/*.test.ts", "tests/tfjs-node/**/*.test.ts"];
merged.test.exclude = [];
merged.test.setupFiles = ["tests/setup.ts"];
merged.test.provide = {
  reference: chosen.includes("tfjs-node-gpu") ? "tfjs-node-gpu" : "tfjs-cpu",
  graphics: chosen.filter((name) => name.startsWith("onnx-")),
};

export default merged;
