import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** Long tests: kills and resumes, whole pipelines. `npm run test:slow`. */
const merged = mergeConfig(
  core,
  defineConfig({ test: { testTimeout: 1_800_000, hookTimeout: 600_000, maxWorkers: 1 } }),
);
merged.test.include = ["tests/slow/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
