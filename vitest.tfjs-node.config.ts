import { createRequire } from "node:module";
import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** The tests of the engine on real TensorFlow, and what only it can show. `npm run test:tfjs-node`. */
const merged = mergeConfig(core, defineConfig({ test: { env: { TF_CPP_MIN_LOG_LEVEL: "3" } } }));
merged.test.include = ["tests/engine/**/*.test.ts", "tests/tfjs-node/**/*.test.ts"];
merged.test.exclude = [];
merged.test.setupFiles = ["tests/setup.ts"];
merged.test.provide = { reference: "tfjs-node", graphics: [] };

try {
  createRequire(import.meta.url).resolve("@tensorflow/tfjs-node");
} catch {
  throw new Error("@tensorflow/tfjs-node is missing: run npm run setup:tfjs-node");
}

export default merged;
