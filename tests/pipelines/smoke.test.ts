import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { l2e } from "../cli/run.ts";
import { smokeRuns } from "./smokeRuns.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-pipelines-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("every pipeline is run here", async () => {
  const files = await readdir(new URL("../../pipelines", import.meta.url));
  expect(smokeRuns.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});

describe.each(smokeRuns)("the pipeline $name", ({ name, bounds }) => {
  it("runs from beginning to end in its smallest preset", async () => {
    const { code, stdout, stderr } = await l2e(folder, "run", name, "--preset", "smoke", "--json", "--quiet");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ schema: "l2e.result/1", pipeline: name, preset: "smoke" });
    for (const [metric, bound] of Object.entries(bounds)) {
      expect(result.metrics[metric].value, metric).toBeLessThanOrEqual(bound);
    }
    const report = await readFile(join(folder, result.files.report), "utf8");
    expect(report).toContain("<svg");
  });
});
