/** @file Runs read back from the file store, for listings and reports. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { check, didYouMean } from "../check/check.ts";
import { isCode, isLeftover } from "../files/atomic.ts";
import { type Experiment, listExperiments, namesIn, readMeta } from "./experiments.ts";
import { numberFromFile } from "./records.ts";
import { type RunStatus, statusName } from "./status.ts";
import type { YamlScalar } from "./yaml.ts";

/** A run in a listing. */
export interface RunSummary {
  readonly runId: string;
  readonly runName: string;
  readonly experiment: string;
  readonly experimentId: string;
  readonly status: RunStatus;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime?: number;
  readonly folder: string;
  /** The last value of every metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** One point of a metric's history. */
export interface MetricPoint {
  readonly step: number;
  readonly value: number;
  readonly timestamp: number;
}

/** Everything that is stored of a run. */
export interface RunRecord extends RunSummary {
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Sorted by step; where a step was written twice (a run that went on) the later value counts. */
  readonly history: Readonly<Record<string, readonly MetricPoint[]>>;
  /** Paths below `artifacts`, with forward slashes. */
  readonly artifacts: readonly string[];
}

/** All runs of a store, the newest first; none when the folder does not exist. Deleted runs are left out. */
export async function listRuns(root: string): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const { folder, experiment, runId, meta } of await activeRuns(root)) {
    const history = await readHistory(folder);
    summaries.push(summaryOf({ folder, experiment, runId, meta, history }));
  }
  return summaries.sort((a, b) => b.startTime - a.startTime || (a.runId < b.runId ? -1 : 1));
}

/** One run, by its id, by the beginning of its id, or by its name if only one run has it. */
export async function readRun(root: string, idOrName: string): Promise<RunRecord> {
  const runs = await activeRuns(root);
  check(runs.length > 0, () => `there are no runs in ${root}.`);
  const byId = runs.filter(({ runId }) => runId.startsWith(idOrName));
  const found = byId.length > 0 ? byId : runs.filter(({ meta }) => meta["run_name"] === idOrName);
  const names = runs.flatMap(({ runId, meta }) => [runId, String(meta["run_name"])]);
  check(found.length > 0, () => `there is no run "${idOrName}" in ${root}.${didYouMean(idOrName, names)}`);
  check(
    found.length === 1,
    () =>
      `"${idOrName}" stands for ${found.length} runs in ${root}: ${found.map(({ runId }) => runId).join(", ")}. Give more of the id.`,
  );
  const run = found[0];
  const history = await readHistory(run.folder);
  return {
    ...summaryOf({ ...run, history }),
    params: await readTexts(join(run.folder, "params")),
    tags: await readTexts(join(run.folder, "tags")),
    history,
    artifacts: await keysBelow(join(run.folder, "artifacts")),
  };
}

/** Paths of the files below a folder, relative to it, with forward slashes; none when it does not exist. */
export async function keysBelow(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  });
  const keys: string[] = [];
  for (const entry of entries) {
    if (isLeftover(entry.name)) continue;
    const key = prefix + entry.name;
    if (entry.isDirectory()) keys.push(...(await keysBelow(join(folder, entry.name), `${key}/`)));
    else keys.push(key);
  }
  return keys.sort();
}

interface StoredRun {
  readonly runId: string;
  readonly folder: string;
  readonly experiment: Experiment;
  readonly meta: Readonly<Record<string, YamlScalar>>;
}

async function activeRuns(root: string): Promise<StoredRun[]> {
  const runs: StoredRun[] = [];
  for (const experiment of await listExperiments(root)) {
    for (const runId of (await namesIn(experiment.folder)).filter((name) => /^[0-9a-f]{32}$/.test(name))) {
      const folder = join(experiment.folder, runId);
      const meta = await readMeta(folder);
      if (meta !== undefined && meta["lifecycle_stage"] !== "deleted") {
        runs.push({ runId, folder, experiment, meta });
      }
    }
  }
  return runs;
}

function summaryOf({
  runId,
  folder,
  experiment,
  meta,
  history,
}: StoredRun & { readonly history: RunRecord["history"] }): RunSummary {
  const metrics = Object.entries(history).flatMap(([key, points]) => {
    const last = points.at(-1);
    return last === undefined ? [] : [[key, last.value] as const];
  });
  return {
    runId,
    runName: String(meta["run_name"] ?? runId),
    experiment: experiment.name,
    experimentId: experiment.id,
    status: statusName(meta["status"]),
    startTime: Number(meta["start_time"]),
    ...(meta["end_time"] == null ? {} : { endTime: Number(meta["end_time"]) }),
    folder,
    metrics: Object.fromEntries(metrics),
  };
}

async function readHistory(folder: string): Promise<Record<string, MetricPoint[]>> {
  const history: Record<string, MetricPoint[]> = {};
  for (const key of await keysBelow(join(folder, "metrics"))) {
    const points = new Map((await readPoints(folder, key)).map((point) => [point.step, point]));
    history[key] = [...points.values()].sort((a, b) => a.step - b.step);
  }
  return history;
}

/** The lines of a metric's file. A kill may cut off the last one: only whole lines count. */
export async function readPoints(folder: string, key: string): Promise<MetricPoint[]> {
  const text = await readFile(join(folder, "metrics", ...key.split("/")), "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.flatMap((line) => {
    const [timestamp, value, step] = line.split(" ");
    if (value === undefined) return [];
    return [{ step: Number(step ?? 0), value: numberFromFile(value), timestamp: Number(timestamp) }];
  });
}

async function readTexts(folder: string): Promise<Record<string, string>> {
  const entries = (await keysBelow(folder)).map(
    async (key) => [key, await readFile(join(folder, ...key.split("/")), "utf8")] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
