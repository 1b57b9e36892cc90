import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** Training on several processes: the same bytes, kills, strangers. `npm run test:ranks`. */
const merged = mergeConfig(
  core,
  defineConfig({ test: { maxWorkers: 1, testTimeout: 120_000, hookTimeout: 120_000 } }),
);
merged.test.include = ["tests/ranks/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
