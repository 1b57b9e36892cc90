import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** Whole runs through kills, failing disks and damaged files. `npm run test:faults`. */
const merged = mergeConfig(core, defineConfig({ test: { testTimeout: 300_000, hookTimeout: 300_000 } }));
merged.test.include = ["tests/faults/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
