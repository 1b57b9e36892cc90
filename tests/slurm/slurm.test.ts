/** @file Runs on a real Slurm cluster: job arrays, shards that die, a time limit in the midst of training, sweeps. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, tinyPipeline } from "../cli/run.ts";
import { products } from "../fixtures/products.ts";
import { type Cluster, startCluster, whyNoCluster } from "./cluster.ts";

const reason = whyNoCluster();
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const common = ["--preset", "smoke", "--set", "training.block=1", "--engine", "onnx-wasm", "--threads", "1"];

describe.skipIf(reason !== undefined)(`Slurm${reason === undefined ? "" : ` (${reason})`}`, () => {
  let folder: string;
  let cluster: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "l2e-slurm-"));
    cluster = await startCluster(folder);
    process.env["SLURM_CONF"] = cluster.env["SLURM_CONF"];
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a pipeline in this process alone, and as jobs; gives the standard error of the latter. */
  async function bothWays(name: string, pipeline: string, ...slurm: string[]): Promise<string> {
    const run = (place: string, ...words: string[]) =>
      start(folder, "run", pipeline, ...common, "--out", `${name}-${place}`, ...words).finished;
    const [plain, sharded] = await Promise.all([
      run("plain"),
      run("jobs", "--executor", "slurm", "--shards", "3", ...slurm),
    ]);
    expect([plain.code, sharded.code], sharded.stderr).toEqual([0, 0]);
    const [expected, got] = await Promise.all(
      ["plain", "jobs"].map((place) => products(join(folder, `${name}-${place}`), "tiny-smoke")),
    );
    expect(Object.keys(expected).length).toBeGreaterThan(4);
    expect(got).toEqual(expected);
    return sharded.stderr;
  }

  const logs = async (name: string, stage: string) => {
    const place = join(folder, `${name}-jobs/runs/tiny-smoke/logs`);
    const files = (await readdir(place)).filter((file) => file.startsWith(stage)).sort();
    return Promise.all(files.map((file) => readFile(join(place, file), "utf8")));
  };

  it.concurrent("makes the dataset and the operator of a run in one process, though a shard dies twice", async () => {
    const failures = join(folder, "failures");
    await writeFile(failures, "");
    process.env["FAILURES"] = failures;
    const stderr = await bothWays("failing", own("failing.ts"));
    expect(await readFile(failures, "utf8")).toBe("died\ndied\n");
    // That shard alone is submitted again, in the first of two rounds.
    expect(stderr.match(/again: generate, shard 1 of 3/g)).toHaveLength(2);
    expect(await logs("failing", "generate")).toHaveLength(3 + 1 + 1 + 3);
  });

  it.concurrent("training that meets its time limit goes on where it was, in the same job", async () => {
    const limit = ["time=1", "signal=B:USR2@10"].flatMap((option) => ["--slurm-opt", `train.${option}`]);
    const stderr = await bothWays("slow", own("slow.ts"), ...limit);
    expect(stderr).not.toContain("again");
    const said = await logs("slow", "train");
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/the time is nearly over: job \d+ goes back into the queue/);
    expect(said[0]).toMatch(/going on after round 0 of 1, at iteration \d+/);
  });

  it.concurrent("a sweep has a job for each run", async () => {
    const words = ["sweep", tinyPipeline, "--grid", "tau=0.05,0.1", "--seeds", "1", ...common, "--quiet"];
    const sweep = (out: string, ...more: string[]) => start(folder, ...words, "--out", out, ...more).finished;
    const jobs = await sweep("sweep-jobs", "--executor", "slurm");
    expect([jobs.code, jobs.stderr]).toEqual([0, ""]);
    expect((await sweep("sweep-plain")).code).toBe(0);
    const points = async (out: string) => readFile(join(folder, out, "sweeps/tiny-smoke/sweep.json"), "utf8");
    expect(await points("sweep-jobs")).toBe(await points("sweep-plain"));
    expect(await readdir(join(folder, "sweep-jobs/sweeps/tiny-smoke/logs"))).toHaveLength(2);
  });
});
