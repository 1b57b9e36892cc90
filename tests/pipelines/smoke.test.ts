import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { l2e } from "../cli/run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-pipelines-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Bounds that even ten iterations of a small network keep: structure does not depend on training. */
const structure = {
  "dissipation.folded": 0,
  "dissipation.steadyMotion": 1e-5,
};

describe.each([
  { name: "fokker-planck-1d", bounds: { ...structure, "gaussians.operator.uvp.1.median": 0.5 } },
  { name: "fokker-planck-2d", bounds: { ...structure, "gaussians.operator.uvp.1.median": 0.5 } },
  { name: "double-well-1d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.02 } },
  { name: "four-wells-2d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.02 } },
  { name: "double-well-2d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.05 } },
  { name: "porous-medium-1d", bounds: { "dissipation.folded": 0 } },
  { name: "aggregation-1d", bounds: { "dissipation.folded": 0, "line.drift": 1e-6 } },
  { name: "per-step-fokker-planck-2d", bounds: { "comparison.perStep.uvp.1.median": 0.5 } },
])("the pipeline $name", ({ name, bounds }) => {
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
