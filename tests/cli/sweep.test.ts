/** @file `l2e sweep` from its first run to its report, its resumption, and `l2e report` of several runs. */

import { existsSync, readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import { suiteFolder } from "../files/folder.ts";
import { l2e, tinyPipeline } from "./run.ts";

describe("a sweep", async () => {
  const folder = await suiteFolder();
  const sweep = ["sweep", tinyPipeline, "--preset", "smoke", "--grid", "tau=0.05,0.1", "--seeds", "2"];
  const quietly = ["--engine", "onnx-wasm", "--threads", "1", "--quiet"];

  it("runs every combination with every seed, and says what came out", async () => {
    const { code, stdout, stderr } = await l2e(folder, ...sweep, ...quietly);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/tau=0\.05 +1360 +0\.0025\n.*tau=0\.1 +1360 +0\.01\n/s);
    const report = join(folder, "sweeps/tiny-smoke/report.html");
    expect(stdout).toContain(`report: ${join("sweeps", "tiny-smoke", "report.html")}`);
    expect(readFileSync(report, "utf8")).toContain("tau.squared against tau");
    const { points } = JSON.parse(await readFile(join(folder, "sweeps/tiny-smoke/sweep.json"), "utf8"));
    expect(points.map((point: { name: string }) => point.name)).toEqual(["tau=0.05", "tau=0.1"]);
    const runs = await listRuns(join(folder, "mlruns"));
    const parent = runs.find(({ runName }) => runName === "tiny-smoke sweep");
    expect(runs).toHaveLength(5);
    for (const { runId } of runs.filter((run) => run !== parent)) {
      const { tags, status } = await readRun(join(folder, "mlruns"), runId);
      expect([tags["mlflow.parentRunId"], status]).toEqual([parent?.runId, "FINISHED"]);
    }
    // Seeds differ: the same settings with another seed are another training.
    const losses = runs.flatMap(({ metrics }) => metrics["loss"] ?? []);
    expect(new Set(losses).size).toBe(4);
  });

  it("goes on where it stopped, with the runs that are done and the run that it had", async () => {
    await rm(join(folder, "sweeps/tiny-smoke/tau=0.1-seed1"), { recursive: true });
    await rm(join(folder, "sweeps/tiny-smoke/report.html"));
    const { stderr } = await l2e(folder, ...sweep, "--resume", "--engine", "onnx-wasm", "--threads", "1");
    expect(stderr.match(/is finished/g)).toHaveLength(3);
    expect(existsSync(join(folder, "sweeps/tiny-smoke/report.html"))).toBe(true);
    const runs = await listRuns(join(folder, "mlruns"));
    expect(runs.filter(({ runName }) => runName === "tiny-smoke sweep")).toHaveLength(1);
  });

  it("is compared run by run", async () => {
    const run = (name: string) => join("sweeps/tiny-smoke", name, "runs/tiny-smoke");
    const { code, stdout } = await l2e(folder, "report", run("tau=0.05-seed0"), run("tau=0.1-seed1"));
    expect(code).toBe(0);
    const page = join("reports", "tau=0.05-seed0-and-tau=0.1-seed1", "report.html");
    expect(stdout).toBe(`report: ${page} and 2 figures\n`);
    const data = JSON.parse(await readFile(join(folder, page.replace(".html", ".json")), "utf8"));
    expect(data.sections[0].tables[0].rows).toEqual([
      { label: "seed", cells: ["0", "1"] },
      { label: "tau", cells: ["0.05", "0.1"] },
    ]);
    expect(data.sections[1].tables[0].rows).toContainEqual({
      label: "parameters",
      cells: [
        { value: 1360, status: "pass" },
        { value: 1360, status: "pass" },
      ],
    });
    expect(data.sections[2].charts[0].series).toHaveLength(2);
    const again = await l2e(folder, "report", run("tau=0.1-seed0"), run("tau=0.1-seed0"));
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: report: the run .* is given twice\.\n$/),
    ]);
  });
});
