import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** Pages in a real browser, one at a time: the playground is timed. `npm run test:browser`. */
const merged = mergeConfig(core, defineConfig({ test: { fileParallelism: false } }));
merged.test.include = ["tests/browser/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
