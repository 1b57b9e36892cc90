/** @file The file store of MLflow and the answers of its servers. */

import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { mlflowClient } from "../../src/tracking/mlflow/client.ts";
import { readDatasets } from "../../src/tracking/runFiles.ts";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import { fromYaml } from "../../src/tracking/yaml.ts";
import { onlyOwn, type Target, textOf, utf8 } from "./target.ts";

/** Files as MLflow writes them. */
export async function tracking(scratch: string): Promise<Target[]> {
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
export async function answering(): Promise<{
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

/** The client, asked against such a server. */
export function rest({ uri, tell }: Awaited<ReturnType<typeof answering>>): Target[] {
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
