import { defineConfig, mergeConfig } from "vitest/config";
import core from "./vitest.config.ts";

/** Runs on a Slurm cluster of one node, which the test starts where Debian's packages are installed. `npm run test:slurm`. */
const merged = mergeConfig(core, defineConfig({ test: { testTimeout: 480_000, hookTimeout: 60_000 } }));
merged.test.include = ["tests/slurm/**/*.test.ts"];
merged.test.exclude = [];
export default merged;
