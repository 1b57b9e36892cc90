import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("says after two minutes of rounds what grows, and finds neither tensors nor handles that do", () => {
  const words = ["--expose-gc", "--import", "tsx", "scripts/soak.ts", "--minutes", "2"];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^resident memory: \d+\.\d to \d+\.\d MiB, [+−]\S+ ± \S+ MiB\/h$/m);
  expect(stdout).toMatch(/^tensors: 0 to 0; open files: (\d+) to \1$/m);
  expect(stdout).toMatch(/^leaked handles: none$/m);
  expect(stdout).toMatch(/^too short to judge/m);
  expect(status).toBe(0);
});
