import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** The tests of what Python reads: datasets, trajectories, weights, operators. `npm run test:python`. */
const merged = mergeConfig(core, defineConfig({ test: { testTimeout: 120_000 } }));
merged.test.include = ["tests/python/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
