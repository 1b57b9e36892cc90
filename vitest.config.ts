import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "learn-to-evolve": fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts", "tests/withoutTensorFlow.ts"],
    exclude: ["tests/slow/**", "tests/tfjs-node/**", "tests/browser/**"],
    provide: { reference: "tfjs-cpu" },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
