/** @file Everything that reads what others may have written, each with inputs to begin from. */

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { InputError } from "../../src/check/check.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { decodeManifest } from "../../src/checkpoints/manifest.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/checkpoints/safetensors.ts";
import { namedNumbers, positiveNumber, wholeNumber } from "../../src/cli/options.ts";
import { openDataset } from "../../src/datasets/dataset.ts";
import { openSnapshots } from "../../src/datasets/reader.ts";
import { readSamples } from "../../src/datasets/samples.ts";
import { energyFromSpec } from "../../src/energies/energyFromSpec.ts";
import { compareRuns } from "../../src/pipeline/compareRuns.ts";
import { readHistory } from "../../src/pipeline/history.ts";
import { checkDefinition } from "../../src/pipeline/loadPipeline.ts";
import { loadOperator } from "../../src/pipeline/model.ts";
import { choosePreset, parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { readRunRecord, runPaths } from "../../src/pipeline/runFolder.ts";
import { gridPoints, parseAxis } from "../../src/pipeline/sweep.ts";
import { rewriteReport } from "../../src/pipeline/writeReport.ts";
import { tableDensity } from "../../src/playground/table.ts";
import { mlflowClient } from "../../src/tracking/mlflow/client.ts";
import { connectionFromEnvironment } from "../../src/tracking/mlflow/environment.ts";
import { MlflowError } from "../../src/tracking/mlflow/error.ts";
import { readDatasets } from "../../src/tracking/runFiles.ts";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import { fromYaml } from "../../src/tracking/yaml.ts";
import { contentsWith } from "../checkpoints/contents.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";
import tiny from "../fixtures/tiny.ts";

/** One thing that reads input. */
export interface Target {
  readonly name: string;
  /** How inputs are changed: bytes, or JSON by its members (and as bytes too). */
  readonly form: "bytes" | "json";
  readonly seeds: readonly Uint8Array[];
  /** Gives anything, or rejects with the package's own errors. */
  run(input: Uint8Array): Promise<unknown>;
  /** Of every so many cases this target gets one: what draws pages is slow. */
  readonly every?: number;
}

/** True of the errors that an input may end in. */
export function isOwn(error: unknown): boolean {
  return error instanceof InputError || error instanceof MlflowError;
}

const utf8 = new TextEncoder();
const textOf = (input: Uint8Array) => new TextDecoder().decode(input);
const clone = fileURLToPath(new URL("../../", import.meta.url));

/** All targets, with their files below a scratch folder. */
export async function openTargets(scratch: string): Promise<{ readonly targets: Target[]; close(): void }> {
  const server = await answering();
  const targets = [
    ...commandTexts(),
    ...(await tables(scratch)),
    ...(await manifests(scratch)),
    ...(await runFiles(scratch)),
    ...(await tracking(scratch)),
    ...rest(server),
  ];
  return { targets, close: () => server.server.close() };
}

function commandTexts(): Target[] {
  const seeds = (...texts: string[]) => texts.map((text) => utf8.encode(text));
  return [
    {
      name: "--set",
      form: "bytes",
      seeds: seeds(
        "tau=0.1",
        "training.rounds=4",
        "evaluation.steps=[1,10]",
        'training.ranges={"tau":[0.1,0.2]}',
        "parameters.a=1\ntau=1",
        "training={}",
      ),
      run: async (input) => resolveSettings(tiny, "smoke", textOf(input).split("\n").map(parseOverride)),
    },
    {
      name: "--grid",
      form: "bytes",
      seeds: seeds("tau=0.1,0.2", "evaluation.steps=[1,2],[3]", "tau=1,2\ntraining.rounds=1,2,3", "a=x,y,{}"),
      run: async (input) => gridPoints(textOf(input).split("\n").map(parseAxis)),
    },
    {
      name: "numbers of options",
      form: "bytes",
      seeds: seeds("7", "1e3", "tau=0.5", "a=1\nb=2"),
      run: async (input) => {
        const text = textOf(input);
        const readers = [
          () => wholeNumber("--x", text, 1),
          () => positiveNumber("--x", text),
          () => namedNumbers("--x", text.split("\n")),
        ];
        for (const read of readers) own(read);
      },
    },
    {
      name: "MLflow's variables",
      form: "bytes",
      seeds: seeds("10", "https://user:secret@host:1/x", "/no/such/file"),
      run: async (input) => {
        const text = textOf(input);
        own(() => mlflowClient({ uri: text }));
        return await connectionFromEnvironment({
          MLFLOW_HTTP_REQUEST_TIMEOUT: text,
          MLFLOW_TRACKING_USERNAME: text,
          HTTPS_PROXY: text,
        });
      },
    },
    {
      name: "energy of a record",
      form: "json",
      seeds: seeds(
        '{"internal":{"kind":"entropy","diffusion":1},"potential":{"kind":"quadratic","matrix":[[1,0],[0,2]],"centre":[0,0]}}',
        '{"internal":{"kind":"power","exponent":2,"coefficient":1},"interaction":{"kind":"powers","terms":[{"coefficient":1,"power":2}],"softening":0.01}}',
        '{"potential":{"kind":"double-well","dimension":2,"height":1,"halfWidth":1},"interaction":{"kind":"trigonometric","period":1,"harmonics":[{"order":1,"coefficient":1}]}}',
        '{"potential":{"kind":"ripple","dimension":1,"stiffness":1,"amplitude":1,"wavenumber":1,"phase":0}}',
      ),
      run: async (input) => energyFromSpec(jsonOf(input) as never),
    },
    {
      name: "definition of a pipeline",
      form: "json",
      seeds: seeds(JSON.stringify({ ...tiny, problem: "function", evaluations: "function" })),
      run: async (input) => {
        const { problem, evaluations, ...data } = (jsonOf(input) ?? {}) as Record<string, unknown>;
        const functions = {
          ...(problem === "function" ? { problem: tiny.problem } : { problem }),
          ...(evaluations === "function" ? { evaluations: tiny.evaluations } : { evaluations }),
        };
        const definition = checkDefinition({ ...data, ...functions }, "./fuzz.ts");
        return resolveSettings(definition, choosePreset(definition));
      },
    },
  ];
}

async function tables(scratch: string): Promise<Target[]> {
  const csv = 'x,y,name\n1,2,a\n3,4.5e-3,b\n-5,NA,"c\nd"\n7,8,e\n';
  const tsv = csv.replaceAll(",", "\t");
  const dataset = await openDataset(join(scratch, "seed-dataset"), planeFormat);
  const part = await dataset.append({
    round: 0,
    name: "a",
    snapshots: [planeSnapshot(0, 0, 3), planeSnapshot(0, 1, 3)],
  });
  const arrow = await readFile(join(dataset.folder, part.path));
  const { tableFromArrays, tableToIPC } = await import("apache-arrow");
  const table = tableFromArrays({
    x: Float64Array.of(1, 2, 3),
    y: Int32Array.of(3, 4, 6),
    s: ["a", "b", "c"],
  });
  const parquet = await Promise.all(
    ["pyarrow", "polars"].map((writer) => readFile(join(clone, `tests/fixtures/points.${writer}.parquet`))),
  );
  const samples = (extension: string, seeds: readonly Uint8Array[]): Target => ({
    name: `points in ${extension}`,
    form: "bytes",
    seeds,
    run: async (input) => {
      const path = join(scratch, `points${extension}`);
      await writeFile(path, input);
      return await readSamples(path);
    },
  });
  const ten = Array.from({ length: 12 }, (_, i) => `${i},${i * i}\n`).join("");
  const texts = [csv, tsv, `u,v\n${ten}`, "a;b\n1;2\n", "\ufeffa,b\r\n1,2\r\n3,5\r\n", 'a,b\n"1,2\n'].map(
    (text) => utf8.encode(text),
  );
  return [
    samples(".csv", texts),
    samples(".tsv", texts),
    samples(".arrow", [arrow, tableToIPC(table, "file"), tableToIPC(table, "stream")]),
    samples(".parquet", parquet),
    samples(".csv.gz", [
      gzipSync(csv),
      gzipSync("x,y\n".padEnd(100_000, "1,2\n")),
      gzipSync(Buffer.alloc(3e8), { level: 9 }),
      brotliCompressSync(csv),
    ]),
    samples(".parquet.gz", [gzipSync(parquet[0])]),
    {
      name: "snapshots",
      form: "bytes",
      seeds: [arrow],
      run: async (input) => {
        const path = join(scratch, "snapshots.arrow");
        await writeFile(path, input);
        const file = await openSnapshots(path);
        try {
          let sum = 0;
          for await (const { positions, logDensity, count } of file)
            sum += positions.length + logDensity.length + count;
          return sum;
        } finally {
          await file.close();
        }
      },
    },
    {
      name: "table on the page",
      form: "bytes",
      seeds: texts,
      run: async (input) => tableDensity(textOf(input), "table.csv"),
    },
    {
      name: "safetensors",
      form: "bytes",
      seeds: [
        encodeSafetensors(
          {
            a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
            b: { shape: [], data: Int32Array.of(1) },
          },
          { k: "v" },
        ),
        await readFile(join(clone, "checkpoints/fokker-planck-2d/weights.safetensors")),
      ],
      run: async (input) => decodeSafetensors(input, "weights.safetensors"),
    },
  ];
}

async function manifests(scratch: string): Promise<Target[]> {
  const data = join(scratch, "dataset");
  const dataset = await openDataset(data, { ...planeFormat, metadata: { flow: "x" } });
  await dataset.append({ round: 0, name: "a", snapshots: [planeSnapshot(0, 0, 3)] });
  const saved = join(scratch, "checkpoint");
  await saveCheckpoint(saved, contentsWith(2));
  const trained = join(scratch, "operator");
  await cp(join(clone, "checkpoints/fokker-planck-2d"), trained, { recursive: true });
  const manifest = (folder: string) => readFile(join(folder, "manifest.json"));
  return [
    {
      name: "manifest of a dataset",
      form: "json",
      seeds: [await manifest(data)],
      run: async (input) => {
        await writeFile(join(data, "manifest.json"), input);
        const opened = await openDataset(data);
        for await (const _ of opened.read({ verify: true }));
        return opened.digest();
      },
    },
    {
      name: "manifest of a checkpoint",
      form: "json",
      seeds: [await manifest(saved), await manifest(trained)],
      run: async (input) => {
        await writeFile(join(saved, "manifest.json"), input);
        own(() => decodeManifest(textOf(input), "manifest.json"));
        return await loadCheckpoint(saved);
      },
    },
    {
      name: "operator of a checkpoint",
      form: "json",
      seeds: [await manifest(trained)],
      run: async (input) => {
        await writeFile(join(trained, "manifest.json"), input);
        return await loadOperator(trained);
      },
    },
  ];
}

async function runFiles(scratch: string): Promise<Target[]> {
  const paths = runPaths(scratch, "tiny");
  const other = runPaths(scratch, "other");
  const settings = resolveSettings(tiny, "full");
  const record = {
    ...{
      schema: "l2e.run/1",
      pipeline: "tiny",
      preset: "full",
      settings,
      seed: 0,
      engine: "onnx",
      engineDetail: "x",
    },
    ...{
      mlflowRunId: "",
      state: "finished",
      rounds: 3,
      seconds: { train: 1 },
      written: { "result.json": "0" },
    },
  };
  const result = {
    ...{ schema: "l2e.result/1", pipeline: "tiny", preset: "full", seed: 0, engine: "onnx" },
    ...{
      metrics: { a: { value: 1, min: 0, passed: true, reason: "r" } },
      seconds: { train: 1 },
      files: { run: "runs/tiny" },
    },
  };
  const round = {
    round: 1,
    horizon: 1,
    trajectories: 1,
    snapshots: 1,
    refused: 0,
    residual: 0,
    loss: 1,
    generateSeconds: 1,
    seconds: 1,
  };
  const history = {
    losses: [
      [1, 0.5],
      [2, null],
    ],
    rounds: [round],
  };
  const report = {
    title: "t",
    subtitle: "s",
    facts: [{ label: "a", value: "b", note: "c" }],
    sections: [
      {
        title: "S",
        explanation: "e",
        notes: ["n"],
        tables: [
          {
            title: "T",
            rowHeading: "r",
            columns: [{ label: "c", align: "right" }],
            rows: [{ label: "l", cells: [1, "x", null, { value: 2, status: "pass" }] }],
          },
        ],
        charts: [
          {
            title: "C",
            x: { label: "x" },
            y: { label: "y", scale: "log" },
            series: [
              {
                name: "s",
                points: [
                  [1, 2],
                  [2, 3],
                ],
              },
            ],
          },
        ],
      },
    ],
    reproduce: ["l2e run tiny"],
  };
  for (const place of [paths, other]) {
    await mkdir(place.folder, { recursive: true });
    await writeFile(place.record, JSON.stringify(record));
    await writeFile(place.result, JSON.stringify(result));
  }
  const file = (
    name: string,
    path: string,
    seed: object,
    read: () => Promise<unknown>,
    every = 1,
  ): Target => ({
    name,
    form: "json",
    seeds: [utf8.encode(JSON.stringify(seed))],
    every,
    run: async (input) => {
      await writeFile(path, input);
      return await read();
    },
  });
  const everything = { round: Number.POSITIVE_INFINITY, iteration: Number.POSITIVE_INFINITY };
  return [
    file("record of a run", paths.record, record, () => readRunRecord(paths)),
    file("history of a training", paths.history, history, () => readHistory(paths.history, everything)),
    file("data of a report", paths.reportData, report, () => rewriteReport(paths), 60),
    file(
      "result beside another",
      other.result,
      result,
      async () => {
        await writeFile(paths.record, JSON.stringify(record));
        await writeFile(paths.history, JSON.stringify(history));
        return await compareRuns([paths, other], join(scratch, "reports"));
      },
      60,
    ),
  ];
}

async function tracking(scratch: string): Promise<Target[]> {
  const root = join(scratch, "mlruns");
  const id = "0123456789abcdef0123456789abcdef";
  const folder = join(root, "1", id);
  const meta = `artifact_uri: file:///x\nend_time: 5\nexperiment_id: '1'\nlifecycle_stage: active\nrun_name: "a\\u00fcb"\nrun_uuid: ${id}\nstart_time: 1\nstatus: 3\n`;
  for (const name of ["metrics", "params", "tags", "artifacts", "inputs/ab"])
    await mkdir(join(folder, name), { recursive: true });
  await mkdir(join(root, "1", "datasets", "d"), { recursive: true });
  await writeFile(join(root, "1", "meta.yaml"), 'name: "tiny"\n');
  const link = "source_id: d\ntags: {mlflow.data.context: training}\n";
  const data = 'digest: "1"\nname: "n"\nsource: "{\\"uri\\": \\"x\\"}"\n';
  const files = {
    [join(folder, "meta.yaml")]: meta,
    [join(folder, "metrics", "loss")]: "1 0.5 1\n2 nan 2\n",
    [join(folder, "tags", "a")]: "b",
    [join(folder, "inputs/ab/meta.yaml")]: link,
    [join(root, "1/datasets/d/meta.yaml")]: data,
  };
  const paths = Object.keys(files);
  return [
    {
      name: "YAML",
      form: "bytes",
      seeds: [meta, link, "a: 'it''s\n\n  folded'\nb: [1, 2]\n"].map((text) => utf8.encode(text)),
      run: async (input) => fromYaml(textOf(input)),
    },
    {
      name: "file store of MLflow",
      form: "bytes",
      // The first byte says which of the files it is.
      seeds: paths.map((path, k) => utf8.encode(`${k}${files[path]}`)),
      run: async (input) => {
        for (const [path, text] of Object.entries(files)) await writeFile(path, text);
        await writeFile(paths[(input[0] ?? 0) % paths.length], input.subarray(1));
        await readDatasets({ folder, experimentFolder: join(root, "1") });
        return [await listRuns(root), await readRun(root, id.slice(0, 4)).catch(onlyOwn)];
      },
    },
  ];
}

/** A server that says what it is told to: the first line is a status and headers, the rest is the body. */
async function answering(): Promise<{
  readonly server: Server;
  readonly uri: string;
  tell(answer: Uint8Array): void;
}> {
  let answer: Uint8Array = new Uint8Array();
  const server = createServer((_, response) => {
    const end = answer.indexOf(10);
    const [status, ...headers] = textOf(answer.subarray(0, end)).split("|");
    const code = Number(status);
    try {
      for (const header of headers) response.setHeader(...(header.split(": ", 2) as [string, string]));
    } catch {
      // Not every text is a header.
    }
    response.writeHead(code >= 200 && code < 600 ? Math.floor(code) : 200);
    response.end(answer.subarray(end + 1));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  return {
    server,
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell: (told) => {
      answer = told;
    },
  };
}

function rest({ uri, tell }: Awaited<ReturnType<typeof answering>>): Target[] {
  const client = mlflowClient({ uri, retry: { attempts: 1, backoffMs: 1, timeoutMs: 1500 } });
  const run = {
    info: {
      run_id: "a",
      run_name: "n",
      experiment_id: "1",
      artifact_uri: "mlflow-artifacts:/1",
      status: "RUNNING",
      start_time: 1,
    },
    data: {
      tags: [{ key: "a", value: "b" }],
      params: [],
      metrics: [{ key: "m", value: 1, timestamp: 1, step: 1 }],
    },
  };
  const bodies = [
    { run },
    { runs: [run], next_page_token: "" },
    { experiment: { experiment_id: "1", name: "n" } },
    { metrics: [{ key: "m", value: "NaN", timestamp: 1, step: 1 }] },
    { files: [{ path: "a", is_dir: false, file_size: 3 }] },
    { model: { info: { model_id: "m-1", name: "n", artifact_uri: "mlflow-artifacts:/m", status: "x" } } },
    { model_version: { name: "n", version: "1" }, model_versions: [{ name: "n", version: 1 }] },
    { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no" },
  ];
  const calls = [
    () => client.version(),
    () => client.getRun("a"),
    () => client.searchRuns({ experimentIds: ["1"] }),
    () => client.experiment("n"),
    () => client.metricHistory("a", "m"),
    () => client.listArtifacts("a"),
    () => client.createRun({ experimentId: "1", runName: "n", startTime: 1 }),
    () => client.createModel({ experimentId: "1", name: "n" }),
    () => client.modelVersions("n"),
    () => client.versionByAlias("n", "best"),
  ];
  return [
    {
      name: "answers of MLflow",
      form: "bytes",
      seeds: bodies.flatMap((body, k) =>
        ["200", "404", "302|location: http://127.0.0.1:1/x", "200|content-encoding: gzip"].map((head) =>
          utf8.encode(`${head}|x-call: ${k}\n${JSON.stringify(body)}`),
        ),
      ),
      every: 4,
      run: async (input) => {
        tell(input);
        for (const k of [input.length, input.length + 3]) await calls[k % calls.length]().catch(onlyOwn);
      },
    },
    {
      name: "members of MLflow's answers",
      form: "json",
      seeds: bodies.map((body) => utf8.encode(JSON.stringify(body))),
      every: 4,
      run: async (input) => {
        tell(utf8.encode(`200\n${textOf(input)}`));
        for (const k of [input.length, input.length + 3, input.length + 6])
          await calls[k % calls.length]().catch(onlyOwn);
      },
    },
  ];
}

function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    throw new InputError("not JSON");
  }
}

/** Goes on after an error of the package's own. */
function own(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    onlyOwn(error);
  }
}

function onlyOwn(error: unknown): void {
  if (!isOwn(error)) throw error;
}
