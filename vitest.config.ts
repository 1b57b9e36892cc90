import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^learn-to-evolve\/mlflow$/, replacement: file("./src/tracking/mlflow/client.ts") },
      { find: /^learn-to-evolve$/, replacement: file("./src/index.ts") },
    ],
  },
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts", "tests/withoutTensorFlow.ts"],
    exclude: ["slow", "tfjs-node", "mlflow", "python", "browser", "slurm", "ranks", "faults"].map(
      (folder) => `tests/${folder}/**`,
    ),
    provide: { reference: "tfjs-cpu", graphics: [] },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
