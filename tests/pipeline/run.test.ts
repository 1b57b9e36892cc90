import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../src/datasets/dataset.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { sha256OfFile } from "../../src/files/hash.ts";
import { type TrainingSettings, trainOperator } from "../../src/operator/rounds.ts";
import type { RunOptions } from "../../src/pipeline/openRun.ts";
import { silentProgress } from "../../src/pipeline/progress.ts";
import { choosePreset, parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { runPipeline } from "../../src/pipeline/run.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import tiny from "../fixtures/tiny.ts";

let engine: Engine;
let base: string;
/** A finished run, made once. */
let reference: string;
const folders: string[] = [];

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "l2e-run-"));
  engine = await openEngine("auto", { threads: 1 });
  reference = await mkdtemp(join(base, "reference-"));
  await runPipeline(await optionsFor({ root: reference }));
});
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await engine.dispose();
  await rm(base, { recursive: true });
});

async function optionsFor(
  changes: Partial<RunOptions> & { readonly set?: readonly string[] } = {},
): Promise<RunOptions> {
  const { set = [], ...rest } = changes;
  const preset = choosePreset(tiny);
  const root = rest.root ?? (await mkdtemp(join(base, "case-")));
  if (root !== reference && !folders.includes(root)) folders.push(root);
  return {
    definition: tiny,
    preset,
    settings: resolveSettings(tiny, preset, set.map(parseOverride)),
    root,
    resume: false,
    engine,
    openTracker: (run) =>
      openFileStoreRun({ ...run, root: run.root, clock: () => 1_700_000_000_000, user: "tester" }),
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => 0,
    exportModel: async () => Uint8Array.of(1, 2, 3),
    ...rest,
  };
}

/** A folder that holds the finished run. */
async function finished(): Promise<string> {
  const root = await mkdtemp(join(base, "case-"));
  await cp(reference, root, { recursive: true });
  return root;
}

/** Notes what a run says. */
function listening() {
  const notes: string[] = [];
  return { notes, progress: { ...silentProgress, note: (message: string) => void notes.push(message) } };
}

/** Hash of every file below a folder, by path. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = async (path: string) => [path.slice(folder.length), await sha256OfFile(path)] as const;
  return Object.fromEntries(await Promise.all(files.map((file) => read(join(file.parentPath, file.name)))));
}

/** Trains under the eyes of somebody who is told of every iteration. */
function watchedTrainer(
  watch: (iteration: number, training: TrainingSettings) => void,
): NonNullable<RunOptions["train"]> {
  return (job) =>
    trainOperator({
      ...job,
      observer: {
        ...job.observer,
        iteration(info) {
          job.observer.iteration(info);
          watch(info.iteration, job.training);
        },
      },
    });
}

/** Aborts after so many finished rounds, or in the midst of the round after them. */
function abortingTrainer(rounds: number, controller: AbortController, iterations = 0) {
  return watchedTrainer((iteration, training) => {
    if (iteration === rounds * training.iterations + iterations) controller.abort();
  });
}

/** Trains and notes which iterations it makes. */
function countingTrainer(iterations: number[]) {
  return watchedTrainer((iteration) => iterations.push(iteration));
}

/** When each part of a dataset was written. */
async function made(root: string): Promise<Record<string, number>> {
  const folder = join(root, "datasets/tiny");
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".arrow"));
  const times = files.map(async (path) => [path, (await stat(join(folder, path))).mtimeMs] as const);
  return Object.fromEntries(await Promise.all(times));
}

describe("a run from beginning to end", () => {
  it("leaves a dataset, a checkpoint, a result, a report with figures and a tracked run", async () => {
    const options = await optionsFor();
    const { result, report, warnings } = await runPipeline(options);
    expect(warnings).toEqual([]);
    expect(result).toMatchObject({
      schema: "l2e.result/1",
      pipeline: "tiny",
      preset: "full",
      files: {
        run: "runs/tiny",
        report: "runs/tiny/report.html",
        dataset: "datasets/tiny",
        checkpoint: "checkpoints/tiny",
      },
    });
    expect(Object.keys(result.seconds)).toEqual(["generate", "train", "export", "evaluate", "report"]);
    expect(JSON.parse(await readFile(join(options.root, "runs/tiny/result.json"), "utf8"))).toEqual(result);
    expect(await readFile(report, "utf8")).toContain("A tiny operator");
    expect(await readdir(join(options.root, "runs/tiny/figures"))).toEqual([
      "01-steps.png",
      "01-steps.svg",
      "02-loss-of-every-iteration.png",
      "02-loss-of-every-iteration.svg",
    ]);
    const dataset = await openDataset(join(options.root, "datasets/tiny"));
    expect(dataset.manifest.parts.map((part) => part.round)).toEqual([1, 2, 3]);
    const manifest = JSON.parse(await readFile(join(options.root, "checkpoints/tiny/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      progress: { round: 3, iteration: 12, finished: true },
      metrics: { parameters: result.metrics["parameters"].value },
      dataset: { path: "datasets/tiny", sha256: dataset.digest() },
      files: { "operator.onnx": { bytes: 3 } },
    });
    await checkTracking(options.root);
  });

  async function checkTracking(root: string) {
    const [summary] = await listRuns(join(root, "mlruns"));
    const run = await readRun(join(root, "mlruns"), summary.runId);
    expect(run).toMatchObject({
      status: "FINISHED",
      runName: "tiny",
      params: { "training.rounds": "3", tau: "0.1" },
    });
    expect(run.history["loss"].map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(run.artifacts).toEqual(
      expect.arrayContaining([
        "report.html",
        "result.json",
        "checkpoint/weights.safetensors",
        "figures/01-steps.png",
      ]),
    );
  }

  it("judges metrics by the preset's bounds", async () => {
    const settings = resolveSettings(tiny, "smoke", [parseOverride("tau=0.2")]);
    const { result } = await runPipeline(await optionsFor({ preset: "smoke", settings }));
    expect(result.metrics["tau.squared"]).toMatchObject({ passed: false, max: 0.02 });
    expect(result.metrics["parameters"]).toMatchObject({ passed: true });
  });

  it("an operator that cannot be exported is evaluated all the same, with a warning", async () => {
    const exportModel = () => Promise.reject(new Error("no such operation"));
    const { result, warnings } = await runPipeline(await optionsFor({ exportModel }));
    expect(warnings).toEqual(["export: there is no operator.onnx: no such operation"]);
    expect(result.metrics["parameters"].value).toBeGreaterThan(0);
  });

  it("a pipeline that trains nothing evaluates and reports", async () => {
    const definition = { ...tiny, trains: false };
    const options = await optionsFor({ definition });
    const { result } = await runPipeline(options);
    expect(Object.keys(result.files)).toEqual(["run", "report", "result", "tracking"]);
    expect((await readdir(options.root)).sort()).toEqual(["mlruns", "runs"]);
  });
});

describe("resuming", () => {
  it.each([
    { name: "between rounds", rounds: 1, iterations: 0 },
    { name: "in the midst of a round", rounds: 2, iterations: 2 },
    { name: "in the first round", rounds: 0, iterations: 3 },
  ])("after an interruption $name it ends in the same bytes", async ({ rounds, iterations }) => {
    const controller = new AbortController();
    const first = await optionsFor({
      signal: controller.signal,
      train: abortingTrainer(rounds, controller, iterations),
    });
    await expect(runPipeline(first)).rejects.toMatchObject({ name: "AbortError" });
    const record = JSON.parse(await readFile(join(first.root, "runs/tiny/run.json"), "utf8"));
    expect(record.state).toBe("interrupted");
    const [killed] = await listRuns(join(first.root, "mlruns"));
    expect(killed.status).toBe("KILLED");

    const { progress, notes } = listening();
    const repeated: number[] = [];
    const train = countingTrainer(repeated);
    const parts = await made(first.root);
    await runPipeline(await optionsFor({ root: first.root, resume: true, progress, train }));
    const amid = iterations === 0 ? "" : `, at iteration ${4 * rounds + iterations}`;
    expect(notes).toContain(`going on after round ${rounds} of 3${amid}`);
    // No iteration is made twice, and no trajectory.
    expect(repeated[0]).toBe(4 * rounds + iterations + 1);
    expect(await made(first.root)).toMatchObject(parts);
    for (const folder of ["datasets/tiny", "checkpoints/tiny"]) {
      expect(await contents(join(first.root, folder))).toEqual(await contents(join(reference, folder)));
    }
    const runs = await listRuns(join(first.root, "mlruns"));
    expect(runs.map(({ runId, status }) => [runId, status])).toEqual([[killed.runId, "FINISHED"]]);
    const losses = async (root: string) =>
      JSON.parse(await readFile(join(root, "runs/tiny/training.json"), "utf8")).losses;
    expect(await losses(first.root)).toEqual(await losses(reference));
  });

  it("trains a round from its beginning where what was saved of it cannot be read", async () => {
    const controller = new AbortController();
    const first = await optionsFor({ signal: controller.signal, train: abortingTrainer(1, controller, 2) });
    await expect(runPipeline(first)).rejects.toMatchObject({ name: "AbortError" });
    await writeFile(join(first.root, "runs/tiny/within-round.safetensors"), "not tensors");
    const made: number[] = [];
    await runPipeline(await optionsFor({ root: first.root, resume: true, train: countingTrainer(made) }));
    expect(made[0]).toBe(5);
    for (const folder of ["datasets/tiny", "checkpoints/tiny"])
      expect(await contents(join(first.root, folder))).toEqual(await contents(join(reference, folder)));
  });

  it("never takes an older run's checkpoint for its own", async () => {
    const root = await finished();
    const older = await contents(join(root, "checkpoints/tiny"));
    const controller = new AbortController();
    const train = abortingTrainer(0, controller, 1);
    const changed = { root, set: ["seed=1"], train, signal: controller.signal };
    await expect(runPipeline(await optionsFor(changed))).rejects.toThrow();
    expect(await contents(join(root, "checkpoints/tiny"))).toEqual(older);
    await runPipeline(await optionsFor({ root, set: ["seed=1"], resume: true }));
    expect(await contents(join(root, "checkpoints/tiny"))).not.toEqual(older);
    const fresh = await optionsFor({ set: ["seed=1"] });
    await runPipeline(fresh);
    expect(await contents(join(root, "checkpoints/tiny"))).toEqual(
      await contents(join(fresh.root, "checkpoints/tiny")),
    );
  });

  it("a finished run is left as it is, but for what is missing", async () => {
    const options = await optionsFor({ root: await finished() });
    const before = await contents(join(options.root, "runs"));
    await rm(join(options.root, "runs/tiny/report.html"));
    await rm(join(options.root, "runs/tiny/figures"), { recursive: true });
    const { progress, notes } = listening();
    const train = () => Promise.reject(new Error("trained again"));
    await runPipeline({ ...options, resume: true, progress, train });
    expect(notes[1]).toBe(
      `the run in ${join(options.root, "runs/tiny")} is finished: making its report again`,
    );
    expect(await contents(join(options.root, "runs"))).toEqual(before);
  });

  it("evaluates again when the evaluation failed, without training again", async () => {
    const failing = { suite: "failing", run: () => Promise.reject(new Error("out of luck")) };
    const options = await optionsFor({ definition: { ...tiny, evaluations: () => [failing] } });
    await expect(runPipeline(options)).rejects.toThrow("out of luck");
    const record = JSON.parse(await readFile(join(options.root, "runs/tiny/run.json"), "utf8"));
    expect(record).toMatchObject({ state: "failed", rounds: 3 });
    const train = () => Promise.reject(new Error("trained again"));
    const { result } = await runPipeline({ ...options, definition: tiny, resume: true, train });
    expect(result.metrics["parameters"].value).toBeGreaterThan(0);
  });

  it("refuses other settings and another engine, and writes nothing then", async () => {
    const options = await optionsFor({ root: await finished() });
    const before = await contents(options.root);
    const changed = await optionsFor({ root: options.root, resume: true, set: ["training.rounds=4"] });
    const folder = join(options.root, "runs/tiny");
    await expect(runPipeline(changed)).rejects.toMatchObject({
      name: "InputError",
      message: `--resume: setting training.rounds is 4, and the run in ${folder} has 3. Give it the same settings, or start afresh without --resume.`,
    });
    const other = { ...options, resume: true, engine: { ...engine, name: "tfjs-node" as const } };
    await expect(runPipeline(other)).rejects.toThrow(/the engine is tfjs-node, and the run in/);
    expect(await contents(options.root)).toEqual(before);
  });

  it("starts where there is nothing to resume, and says so", async () => {
    const { progress, notes } = listening();
    const options = await optionsFor({ resume: true, progress });
    await runPipeline(options);
    expect(notes[1]).toBe(`nothing to resume in ${join(options.root, "runs/tiny")}: starting`);
  });
});
