/** @file A real MLflow server: a training through its death and return, copies through interruptions, and the client's calls. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { mlflowClient } from "learn-to-evolve/mlflow";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { uniforms } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { suiteFolder } from "../files/folder.ts";
import { fromPython, whySkipped } from "../python/python.ts";
import { tickingClock } from "../tracking/runOptions.ts";
import { type RealServer, realServer } from "./server.ts";

const skipped = whySkipped("mlflow", "flask", "sqlalchemy", "uvicorn", "onnxruntime", "onnx");
const bin = fileURLToPath(new URL("../../bin/l2e.js", import.meta.url));
const steady = fileURLToPath(new URL("steady.ts", import.meta.url));
const AWAY_MS = 20_000;
/** In each of six rounds: longer than the server is away; every fourth iteration is logged. */
const ITERATIONS = 3000;
const LOGGED = 4;

describe.skipIf(skipped !== "")(`a real MLflow server${skipped}`, () => {
  let folder: string;
  let server: RealServer;

  beforeAll(async () => {
    folder = await suiteFolder();
    server = await realServer(folder);
    await server.start();
  }, 120_000);
  afterAll(() => server?.kill());

  /** `l2e …` as a process that knows the server. */
  function l2e(uri: string, ...words: string[]) {
    const env = { ...process.env, MLFLOW_TRACKING_URI: uri, L2E_TEST_GO_ON: join(folder, "go on") };
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder, env });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
    return { child, printed: () => printed };
  }

  it("takes every call of the client", async () => {
    const client = mlflowClient({ uri: server.uri });
    expect(await client.version()).toMatch(/^\d+\.\d+/);
    const experimentId = await client.experiment("calls");
    expect(await client.findExperiment("calls")).toBe(experimentId);
    const parent = await client.createRun({ experimentId, runName: "sweep", startTime: Date.now() });
    const child = await client.createRun({
      experimentId,
      runName: "first",
      startTime: Date.now(),
      parentRunId: parent.runId,
    });
    const rows = Array.from({ length: 2500 }, (_, step) => ({
      key: "loss",
      value: 1 / (step + 1),
      timestamp: 1,
      step,
    }));
    await client.logMetrics(child.runId, [...rows, { key: "odd", value: Number.NaN, timestamp: 1, step: 0 }]);
    await client.logMetrics(child.runId, rows.slice(0, 10)); // a lost answer: sent again
    expect(await client.metricHistory(child.runId, "loss")).toEqual(rows);
    expect((await client.metricHistory(child.runId, "odd"))[0].value).toBeNaN();
    await client.logParams(
      child.runId,
      Object.fromEntries(Array.from({ length: 250 }, (_, k) => [`p${k}`, `${k}`])),
    );
    await expect(client.logParams(child.runId, { p0: "1" })).rejects.toThrow(/answered 400 .*p0/s);
    await client.setTags(child.runId, { phase: "two" });
    await client.logDatasets(child.runId, [
      { name: "d", digest: "a".repeat(64), source: "x", context: "testing" },
    ]);
    const found = await client.searchRuns({
      experimentIds: [experimentId],
      filter: "metrics.loss < 0.5 and tags.phase = 'two'",
      orderBy: ["metrics.loss ASC"],
    });
    expect(found.map(({ runId }) => runId)).toEqual([child.runId]);
    expect(Object.keys(found[0].params)).toHaveLength(250);
    expect(found[0].tags["mlflow.parentRunId"]).toBe(parent.runId);

    const large = join(folder, "large.bin");
    await writeFile(large, Buffer.alloc(30_000_000, "0123456789"));
    await client.uploadArtifact(child.artifactUri, "a b/ü.bin", large);
    expect(await client.listArtifacts(child.runId, "a b")).toEqual([
      { path: "a b/ü.bin", isFolder: false, size: 30_000_000 },
    ]);
    await client.downloadArtifact(child.artifactUri, "a b/ü.bin", `${large}.back`);
    expect((await readFile(large)).equals(await readFile(`${large}.back`))).toBe(true);

    const model = await client.createModel({ experimentId, name: "m", runId: child.runId });
    await client.uploadContents(model.artifactUri, "MLmodel", "flavors: {}\n");
    await client.finishModel(model.modelId, { runId: child.runId, step: 3 });
    const source = `models:/${model.modelId}`;
    const version = await client.registerVersion({
      name: "it's",
      source,
      runId: child.runId,
      modelId: model.modelId,
    });
    await client.setAlias("it's", "best", version.version);
    expect(await client.versionByAlias("it's", "best")).toMatchObject({ version: "1", runId: child.runId });
    expect(await client.versionByAlias("it's", "worst")).toBeUndefined();
    expect(await client.modelVersions("it's", parent.runId)).toEqual([]);
    await client.deleteRun(child.runId);
    expect(await client.searchRuns({ experimentIds: [experimentId] })).toHaveLength(1);
  });

  it("has everything of a training during which it was dead for 20 s, and the training noticed nothing", async () => {
    const client = mlflowClient({ uri: server.uri });
    const words = ["run", steady, "--preset", "smoke", "--set", `training.iterations=${ITERATIONS}`];
    words.push("--register", "ornstein", "--threads", "1", "--quiet");
    const run = l2e(server.uri, ...words);
    const ended = once(run.child, "close");
    onTestFinished(() => void run.child.kill("SIGKILL"));
    const [runId] = await eventually(async () => {
      const experiment = await client.findExperiment("steady");
      const runs = experiment === undefined ? [] : await client.searchRuns({ experimentIds: [experiment] });
      return runs.filter(({ metrics }) => metrics["loss"] !== undefined).map((known) => known.runId);
    });
    await server.kill();
    const away: [number, number] = [Date.now(), Date.now() + AWAY_MS];
    await wait(AWAY_MS);
    await server.start();
    await writeFile(join(folder, "go on"), "");
    expect((await ended)[0], run.printed()).toBe(0);
    expect(run.printed()).toContain("is back and has the whole of run");

    const read = (await fromPython(READ_BACK, [server.uri, runId])) as {
      readonly history: [step: number, timestamp: number, value: number][];
      readonly [name: string]: unknown;
    };
    const { history, ...rest } = read;
    expect(rest).toEqual({
      status: "FINISHED",
      params: ["steady", "smoke", "0.1", `${ITERATIONS}`],
      datasets: [["steady-smoke", "training"]],
      report: await readFile(join(folder, "runs/steady-smoke/report.html"), "utf8").then(
        (text) => text.length,
      ),
      artifacts: ["checkpoint", "figures", "report.html", "result.json"],
      versions: [["1", runId]],
      moved: true,
      onnx: true,
    });
    // The losses are those of the run's own record.
    const own = JSON.parse(await readFile(join(folder, "runs/steady-smoke/training.json"), "utf8")) as {
      readonly losses: [number, number][];
    };
    const logged = own.losses.filter(([iteration]) => iteration % LOGGED === 0);
    expect(history.map(([step]) => step)).toEqual(logged.map(([iteration]) => iteration));
    expect(history.every(([, , value], k) => Math.abs(value - logged[k][1]) <= 1e-4 * Math.abs(value))).toBe(
      true,
    );
    showTrace(history, away);
  }, 300_000);

  it("ends with one whole copy of each run, however often the copying is interrupted", async () => {
    const runs = 10;
    const ids: string[] = [];
    for (let k = 0; k < runs; k++) {
      const options = { experiment: "copies", runName: `run ${k}`, user: "me", clock: tickingClock() };
      const tracker = await openFileStoreRun({ ...options, root: join(folder, "copies/mlruns") });
      tracker.params({ k, nested: { tau: 0.1 } });
      for (let step = 0; step < 600; step++) tracker.metrics({ loss: step + k, norm: -step }, step);
      tracker.dataset({ name: "train", digest: `${k}`, source: "datasets/x" });
      for (const name of ["a/one.txt", "two.txt"]) await tracker.artifact(steady, name);
      await tracker.finish("FINISHED");
      ids.push(tracker.runId);
    }
    const key = foldIn(keyFrom(20), "interruptions");
    let killed = 0;
    for (let attempt = 0; killed < 20; attempt++) {
      // One copy takes 13 requests: most are cut off, some get through.
      const requests = 1 + Math.floor(18 * uniforms(foldIn(key, attempt), 1)[0]);
      if (await syncUntil(server.uri, requests)) killed++;
      expect(attempt, "more runs are needed for twenty interruptions").toBeLessThan(60);
    }
    const whole = l2e(server.uri, "runs", "sync", "--out", "copies", "--json");
    expect((await once(whole.child, "close"))[0], whole.printed()).toBe(0);
    expect(await fromPython(COPIES, [server.uri])).toEqual(
      ids.map((id, k) => ({
        origin: id,
        name: `run ${k}`,
        state: "complete",
        status: "FINISHED",
        params: { k: String(k), "nested.tau": "0.1" },
        losses: 600,
        last: 599 + k,
        norms: 600,
        datasets: ["train"],
        artifacts: ["a", "a/one.txt", "two.txt"],
      })),
    );
  }, 240_000);

  /** `l2e runs sync`, killed when it makes its n-th request. False where it was done before. */
  async function syncUntil(uri: string, n: number): Promise<boolean> {
    let seen = 0;
    let child: ChildProcess | undefined;
    const target = new URL(uri);
    const proxy = createServer((socket) => {
      const onwards = connect(Number(target.port), target.hostname);
      for (const end of [socket, onwards]) end.on("error", () => undefined);
      socket.on("data", (bytes) => {
        seen += bytes.toString("latin1").match(/^(GET|POST|PUT|PATCH) \/api\S* HTTP/gm)?.length ?? 0;
        if (seen >= n) child?.kill("SIGKILL");
        else onwards.write(bytes);
      });
      onwards.pipe(socket);
      socket.on("close", () => onwards.destroy());
    });
    await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
    const { port } = proxy.address() as { readonly port: number };
    child = l2e(`http://127.0.0.1:${port}`, "runs", "sync", "--out", "copies").child;
    const [, signal] = await once(child, "close");
    proxy.close();
    return signal === "SIGKILL";
  }
});

async function eventually<T>(look: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (const deadline = Date.now() + 60_000; ; await wait(100)) {
    const found = await look();
    if (found.length > 0) return found;
    if (Date.now() > deadline) throw new Error("nothing came within a minute");
  }
}

/** Time between logged iterations, while the server was away and otherwise. Ends of rounds generate and save, whoever listens. */
function showTrace(
  history: readonly (readonly [number, number, number])[],
  away: readonly [number, number],
): void {
  const gaps = { away: [] as number[], there: [] as number[] };
  for (let k = 1; k < history.length; k++) {
    const [[before, from], [step, to]] = [history[k - 1], history[k]];
    if (Math.ceil(before / ITERATIONS) !== Math.ceil(step / ITERATIONS)) continue;
    const isAway = to > away[0] && from < away[1];
    gaps[isAway ? "away" : "there"].push(to - from);
  }
  const shown = ([name, all]: [string, number[]]) => {
    const sorted = [...all].sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))];
    return `${name}: ${all.length} steps, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms`;
  };
  process.stdout.write(`trace: ${Object.entries(gaps).map(shown).join("; ")}\n`);
  expect(gaps.away.length).toBeGreaterThan(200);
  // A step that waited for the tracker would wait for its pauses of 300 ms and more, or for its time-outs.
  const slow = (all: readonly number[]) => all.filter((gap) => gap > 250).length / all.length;
  expect(slow(gaps.away)).toBeLessThanOrEqual(slow(gaps.there) + 0.002);
}

const READ_BACK = `
import json, sys, numpy, mlflow, onnxruntime
uri, run_id = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
run = client.get_run(run_id)
report = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="report.html")
versions = client.search_model_versions("name = 'ornstein'")
folder = mlflow.artifacts.download_artifacts("models:/ornstein/1")
session = onnxruntime.InferenceSession(folder + "/operator.onnx")
x = numpy.random.default_rng(0).normal(size=(64, 1)).astype("f")
log = (-(x**2).sum(1) / 2 - 0.9189385).astype("f")
given = {"context": x[:16], "contextLogDensity": log[:16], "queries": x, "queryLogDensity": log, "tau": numpy.array(0.1, "f")}
moved = session.run(None, given)[0]
model = mlflow.onnx.load_model("models:/ornstein/1")
print(json.dumps({
    "status": run.info.status,
    "params": [run.data.params[key] for key in ("pipeline", "preset", "tau", "training.iterations")],
    "datasets": [[i.dataset.name, i.tags[0].value] for i in run.inputs.dataset_inputs],
    "report": len(open(report, encoding="utf8").read()),
    "artifacts": sorted(file.path for file in client.list_artifacts(run_id)),
    "versions": [[v.version, v.run_id] for v in versions],
    "moved": bool(numpy.isfinite(moved).all() and moved.shape == x.shape and (moved != x).any()),
    "onnx": sorted(i.name for i in model.graph.input) == sorted(given),
    "history": [[m.step, m.timestamp, m.value] for m in sorted(client.get_metric_history(run_id, "loss"), key=lambda m: m.step)],
}))
`;

const COPIES = `
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
runs = mlflow.search_runs(experiment_names=["copies"], output_format="list")
def files(run, folder=None):
    for file in client.list_artifacts(run, folder):
        yield file.path
        if file.is_dir: yield from files(run, file.path)
copies = [{
    "origin": run.data.tags["l2e.origin_run_id"], "name": run.info.run_name, "state": run.data.tags["l2e.sync"],
    "status": run.info.status, "params": run.data.params,
    "losses": len(client.get_metric_history(run.info.run_id, "loss")), "last": run.data.metrics["loss"],
    "norms": len(client.get_metric_history(run.info.run_id, "norm")),
    "datasets": [i.dataset.name for i in run.inputs.dataset_inputs], "artifacts": sorted(files(run.info.run_id)),
} for run in runs]
print(json.dumps(sorted(copies, key=lambda copy: int(copy["name"].split()[1]))))
`;
