import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** The tests against MLflow itself, a program of Python: a server from PyPI, and the file store read by it. `npm run test:mlflow`. */
const merged = mergeConfig(core, defineConfig({ test: { testTimeout: 120_000 } }));
merged.test.include = ["tests/mlflow/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
