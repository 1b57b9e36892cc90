/** @file The files of one run in MLflow's layout: metrics, params, tags, datasets and artifacts. */

import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { check } from "../check/check.ts";
import { fileChunks, isCode, writeAtomically, writeStreamAtomically } from "../files/atomic.ts";
import { namesIn, readMeta } from "./experiments.ts";
import type { DatasetInput, MetricRow } from "./mlflow/runs.ts";
import type { TextRow } from "./mlflow/specification.ts";
import { numberForFile } from "./records.ts";
import { keysBelow, readPoints } from "./runs.ts";
import { fromYaml, toYaml } from "./yaml.ts";

/** A run's place in the store. */
export interface RunPlace {
  readonly runId: string;
  readonly folder: string;
  readonly experimentFolder: string;
}

/** Appends lines `<timestamp> <value> <step>` to the files of the metrics. */
export async function appendMetrics(folder: string, rows: readonly MetricRow[]): Promise<void> {
  const lines = new Map<string, string>();
  for (const { key, value, timestamp, step } of rows) {
    lines.set(key, `${lines.get(key) ?? ""}${timestamp} ${numberForFile(value)} ${step}\n`);
  }
  for (const [key, text] of lines) {
    const path = join(folder, "metrics", ...key.split("/"));
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text);
  }
}

/** Cuts off the half line that a kill may have left at the end of a metric: MLflow refuses to read the file with it. */
export async function mendMetrics(folder: string): Promise<void> {
  for (const key of await keysBelow(join(folder, "metrics"))) {
    const path = join(folder, "metrics", ...key.split("/"));
    const bytes = await readFile(path);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) await truncate(path, whole);
  }
}

/** Writes a parameter or a tag, whose file holds the value and nothing else. */
export async function writeText(
  folder: string,
  kind: "params" | "tags",
  { key, value }: TextRow,
): Promise<void> {
  await writeAtomically(join(folder, kind, ...key.split("/")), value);
}

/** Parameters do not change: a run that goes on with other settings keeps the old value and says so. */
export async function writeParam(folder: string, row: TextRow): Promise<void> {
  const path = join(folder, "params", ...row.key.split("/"));
  const old = await readFile(path, "utf8").catch((error) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (old === undefined) await writeText(folder, "params", row);
  check(
    old === undefined || old === row.value,
    () => `param "${row.key}" keeps its first value "${old}"; the run went on with "${row.value}"`,
  );
}

/** Describes a dataset once an experiment, and links the run to it. */
export async function writeDataset(run: RunPlace, input: DatasetInput): Promise<void> {
  const digest = input.digest.slice(0, 36);
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const id = md5(input.name + digest);
  const dataset = {
    digest,
    name: input.name,
    profile: input.profile ?? "{}",
    schema: input.schema ?? "{}",
    source: JSON.stringify({ uri: input.source }),
    source_type: "local",
  };
  const context = input.context ?? "training";
  const link = {
    destination_id: run.runId,
    destination_type: "RUN",
    source_id: id,
    source_type: "DATASET",
    tags: { "mlflow.data.context": context },
  };
  await writeAtomically(join(run.experimentFolder, "datasets", id, "meta.yaml"), toYaml(dataset));
  await writeAtomically(join(run.folder, "inputs", md5(id + context), "meta.yaml"), toYaml(link));
}

/** The datasets that a run is linked to. What is missing or not readable is left out. */
export async function readDatasets(place: Omit<RunPlace, "runId">): Promise<DatasetInput[]> {
  const inputs: DatasetInput[] = [];
  for (const id of await namesIn(join(place.folder, "inputs"))) {
    const text = await readFile(join(place.folder, "inputs", id, "meta.yaml"), "utf8").catch(() => "");
    const dataset = String(fromYaml(text)["source_id"] ?? "");
    // The text comes from a file that anybody may have written: a name, and not a way out of the folder.
    const meta = /^\w+$/.test(dataset)
      ? await readMeta(join(place.experimentFolder, "datasets", dataset))
      : undefined;
    if (meta === undefined) continue;
    // The one nested value that matters, in the flow style of this package or the block style of PyYAML.
    const context = /mlflow\.data\.context"?: *"?(\w+)/.exec(text)?.[1];
    const field = (name: string) => String(meta[name] ?? "");
    inputs.push({
      name: field("name"),
      digest: field("digest"),
      source: uriIn(field("source")),
      schema: field("schema"),
      profile: field("profile"),
      ...(context === undefined ? {} : { context }),
    });
  }
  return inputs;
}

/** A source is JSON with an address, as MLflow and this package write it, or any other text. */
function uriIn(source: string): string {
  try {
    return String((JSON.parse(source) as { readonly uri?: unknown } | null)?.uri ?? source);
  } catch {
    return source;
  }
}

/** Every value of every metric as it was written, twice where a run that went on wrote a step twice. */
export async function readMetricRows(folder: string): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  for (const key of await keysBelow(join(folder, "metrics"))) {
    for (const point of await readPoints(folder, key)) rows.push({ key, ...point });
  }
  return rows;
}

/** Copies a file into the run. */
export async function copyArtifact(folder: string, path: string, name: string): Promise<void> {
  await writeStreamAtomically(join(folder, "artifacts", ...name.split("/")), fileChunks(path));
}
