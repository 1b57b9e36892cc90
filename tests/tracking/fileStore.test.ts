/** @file Runs in the file store: what is said is what is read, and nothing that goes wrong stops the caller. */

import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { openTracker } from "../../src/tracking/openTracker.ts";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import { testFolder } from "../files/folder.ts";
import { runOptions } from "./runOptions.ts";

describe("file store", () => {
  it("keeps everything that was said", async () => {
    const root = join(await testFolder(), "mlruns");
    const file = join(root, "..", "figure.svg");
    await writeFile(file, "<svg/>");
    const tracker = await openFileStoreRun({
      ...runOptions(),
      root,
      tags: { "mlflow.source.name": "l2e run" },
    });
    tracker.params({ seed: 7, flow: { tau: 0.1 } });
    for (let step = 0; step < 2500; step++) tracker.metrics({ loss: 1 / (step + 1), "val/uvp": -step }, step);
    tracker.metrics({ worst: Number.NaN, up: Number.POSITIVE_INFINITY }, 3);
    tracker.tag("phase", "two");
    tracker.dataset({ name: "train", digest: "a".repeat(64), source: "datasets/x" });
    await tracker.artifact(file);
    await tracker.artifact(file, "figures/ü.svg");
    await tracker.finish("FINISHED");
    expect(tracker.warnings).toEqual([]);

    const run = await readRun(root, tracker.runId.slice(0, 6));
    expect(run).toMatchObject({
      runName: "first",
      experiment: "tests",
      status: "FINISHED",
      folder: tracker.location,
      params: { seed: "7", "flow.tau": "0.1" },
      tags: { phase: "two", "mlflow.user": "me", "mlflow.runName": "first", "mlflow.source.name": "l2e run" },
      metrics: { loss: 1 / 2500, "val/uvp": -2499, worst: Number.NaN, up: Number.POSITIVE_INFINITY },
      artifacts: ["figure.svg", "figures/ü.svg"],
    });
    expect(run.history["loss"].map(({ step }) => step)).toEqual(Array.from({ length: 2500 }, (_, k) => k));
    expect(run.endTime).toBeGreaterThan(run.startTime);
    const [{ metrics, runId }] = await listRuns(root);
    expect([runId, metrics]).toEqual([tracker.runId, run.metrics]);
  });

  it("lays the files out as MLflow wants them", async () => {
    const root = join(await testFolder(), "ml runs");
    const runId = "0123456789abcdef0123456789abcdef";
    const tracker = await openFileStoreRun({ ...runOptions(), root, runId });
    tracker.metrics({ "val/uvp": 0.5 }, 4);
    await tracker.finish("KILLED");
    const meta = await readFile(join(tracker.location, "meta.yaml"), "utf8");
    const experiment = tracker.location.split("/").at(-2) as string;
    expect(experiment).toMatch(/^\d{18}$/);
    expect(meta).toContain(
      `artifact_uri: "file://${root.replace(" ", "%20")}/${experiment}/${runId}/artifacts"\n`,
    );
    for (const line of [
      "status: 5",
      "end_time: 17",
      "source_type: 4",
      `run_id: "${runId}"`,
      `run_uuid: "${runId}"`,
      "tags: []",
    ]) {
      expect(meta).toContain(line);
    }
    expect(await readFile(join(tracker.location, "metrics", "val", "uvp"), "utf8")).toMatch(
      /^17\d{11} 0\.5 4\n$/,
    );
    expect((await readdir(tracker.location)).sort()).toEqual([
      "artifacts",
      "meta.yaml",
      "metrics",
      "params",
      "tags",
    ]);
    expect((await readdir(root)).sort()).toEqual(["0", experiment]);
  });

  it("goes on with a run, mending what a kill left, and keeps first settings", async () => {
    const root = await testFolder();
    const first = await openFileStoreRun({ ...runOptions(), root });
    first.params({ seed: 7 });
    first.metrics({ loss: 1 }, 0);
    first.metrics({ loss: 0.5 }, 1);
    await first.flush();
    // Killed in the middle of a line; the run still says RUNNING.
    await appendFile(join(first.location, "metrics", "loss"), "1700000000 0.2");
    expect((await readRun(root, first.runId)).metrics).toEqual({ loss: 0.5 });

    const second = await openFileStoreRun({ ...runOptions(), root, runId: first.runId });
    expect(second.location).toBe(first.location);
    second.params({ seed: 8, width: 64 });
    second.metrics({ loss: 0.4 }, 1);
    second.metrics({ loss: 0.25 }, 2);
    await second.finish("FAILED");
    expect(second.warnings).toEqual(['param "seed" keeps its first value "7"; the run went on with "8"']);
    const run = await readRun(root, first.runId);
    expect(run.history["loss"].map(({ step, value }) => [step, value])).toEqual([
      [0, 1],
      [1, 0.4],
      [2, 0.25],
    ]);
    expect(run).toMatchObject({ status: "FAILED", params: { seed: "7", width: "64" } });
    expect((await readFile(join(first.location, "metrics", "loss"), "utf8")).split("\n")).toHaveLength(5);
  });

  it("makes one experiment for runs that start together, and finds a renamed one no more", async () => {
    const root = await testFolder();
    const trackers = await Promise.all([1, 2, 3].map(() => openFileStoreRun({ ...runOptions(), root })));
    await Promise.all(trackers.map((tracker) => tracker.finish("FINISHED")));
    const runs = await listRuns(root);
    expect(runs).toHaveLength(3);
    const [id] = new Set(runs.map(({ experimentId }) => experimentId));
    expect(new Set(runs.map(({ experimentId }) => experimentId)).size).toBe(1);
    const meta = join(root, id, "meta.yaml");
    await writeFile(meta, (await readFile(meta, "utf8")).replace('"tests"', "renamed"));
    const other = await openFileStoreRun({ ...runOptions(), root });
    expect(other.location).not.toContain(id);
  });

  it("turns every mistake into a warning and records the rest", async () => {
    const root = await testFolder();
    const tracker = await openFileStoreRun({ ...runOptions(), root });
    const cycle: Record<string, unknown> = {};
    cycle["self"] = [cycle];
    tracker.params(cycle);
    tracker.metrics({ "W₂²": 1, loss: 2 }, 0);
    tracker.metrics({ "loss/x": 1 }, 0);
    tracker.metrics({ loss: 1 }, 0.5);
    tracker.metrics({ "W₂²": 1 }, 1);
    await tracker.artifact(join(root, "absent.svg"));
    await tracker.artifact(join(root, "absent.svg"), "../../x");
    await tracker.finish("FINISHED");
    expect(tracker.warnings).toHaveLength(6);
    expect(tracker.warnings[0]).toContain("circular");
    expect(tracker.warnings[1]).toContain('metric "W₂²": a name must be');
    expect(tracker.warnings[2]).toContain('metric "loss/x" clashes with "loss"');
    expect(tracker.warnings[3]).toContain("step must be an integer, got 0.5");
    expect(tracker.warnings[4]).toContain("absent.svg");
    expect(tracker.warnings[5]).toContain('artifact "../../x"');
    expect((await readRun(root, tracker.runId)).metrics).toEqual({ loss: 2 });
  });

  it("goes on when the folder is taken away under it", async () => {
    const root = await testFolder();
    const tracker = await openFileStoreRun({ ...runOptions(), root });
    await rm(tracker.location, { recursive: true });
    await writeFile(tracker.location, "no folder any more");
    tracker.metrics({ loss: 1 }, 0);
    tracker.params({ seed: 1 });
    await tracker.finish("FINISHED");
    expect(tracker.warnings.length).toBeGreaterThan(0);
  });
});

describe("reading runs", () => {
  it("says which run there is not, or not alone", async () => {
    const root = await testFolder();
    await expect(readRun(root, "x")).rejects.toThrow(`there are no runs in ${root}.`);
    expect(await listRuns(join(root, "absent"))).toEqual([]);
    for (const runId of ["a".repeat(32), `a${"b".repeat(31)}`]) {
      await (await openFileStoreRun({ ...runOptions(), root, runId })).finish("FINISHED");
    }
    await expect(readRun(root, "frist")).rejects.toThrow(
      `there is no run "frist" in ${root}. Did you mean "first"?`,
    );
    await expect(readRun(root, "a")).rejects.toThrow('"a" stands for 2 runs');
    await expect(readRun(root, "first")).rejects.toThrow('"first" stands for 2 runs');
    expect((await readRun(root, "ab")).runId).toBe(`a${"b".repeat(31)}`);
  });

  it("leaves out deleted runs and folders that are none", async () => {
    const root = await testFolder();
    const tracker = await openFileStoreRun({ ...runOptions(), root });
    await tracker.finish("FINISHED");
    await mkdir(join(root, ".trash"));
    await mkdir(join(root, "models"));
    const meta = join(tracker.location, "meta.yaml");
    await writeFile(meta, (await readFile(meta, "utf8")).replace('"active"', "deleted"));
    expect(await listRuns(root)).toEqual([]);
  });
});

describe("openTracker", () => {
  it("writes to the folder that an address names", async () => {
    const folder = await testFolder();
    for (const uri of [join(folder, "a"), `file://${join(folder, "b")}`]) {
      const tracker = await openTracker({ ...runOptions(), uri, root: join(folder, "unused") });
      await tracker.finish("FINISHED");
    }
    expect((await readdir(folder)).sort()).toEqual(["a", "b"]);
  });

  it("does not show a password in an address that cannot be used", async () => {
    for (const uri of ["databricks://me:secret@x", "http://me:secret@host:port", "http://me:sec/ret@host"]) {
      const root = await testFolder();
      const tracker = await openTracker({ ...runOptions(), uri, root });
      await tracker.finish("FINISHED");
      expect(tracker.warnings.join()).toMatch(/is not (an|the) address/);
      expect(tracker.warnings.join()).not.toMatch(/sec|ret|me:/);
    }
  });

  it("records in the local store when the address cannot be written to", async () => {
    const root = await testFolder();
    const tracker = await openTracker({ ...runOptions(), uri: "databricks://x", root });
    await tracker.finish("FINISHED");
    expect(tracker.warnings).toEqual([
      `tracking: databricks://x is not an address that can be written to; use http(s)://, file: or a folder. The run is recorded in ${root}.`,
    ]);
    expect(await listRuns(root)).toHaveLength(1);
  });
});
