/** @file Runs in MLflow's file-store layout: plain files that MLflow reads and that need no server. */

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { check } from "../check/check.ts";
import { writeAtomically } from "../files/atomic.ts";
import { fileUri } from "../files/uri.ts";
import { admission, warnInto } from "./admission.ts";
import { listExperiments, openExperiment, readMeta } from "./experiments.ts";
import { MODEL_FOLDER, modelFiles, REGISTER_TAG } from "./models.ts";
import { backgroundQueue } from "./queue.ts";
import { tagValue } from "./records.ts";
import {
  appendMetrics,
  copyArtifact,
  mendMetrics,
  type RunPlace,
  writeDataset,
  writeParam,
  writeText,
} from "./runFiles.ts";
import { keysBelow } from "./runs.ts";
import { STATUS } from "./status.ts";
import type { FinalStatus, ModelInput, RunOptions, Tracker } from "./tracker.ts";
import { toYaml, type YamlScalar } from "./yaml.ts";

/** Options of a run in the file store. */
export interface FileStoreOptions extends RunOptions {
  /** The folder of the store, as a rule `mlruns`. */
  readonly root: string;
  /** The list that warnings are added to, where there is one already. */
  readonly warnings?: string[];
}

interface RunFolder extends RunPlace {
  readonly meta: Readonly<Record<string, YamlScalar>>;
}

/**
 * Opens a run in the file store. With a `runId` that exists the run goes on: its status is RUNNING again and
 * metrics are appended.
 *
 * Rejects only here, when the folder cannot be written at all; afterwards trouble becomes warnings.
 */
export async function openFileStoreRun(options: FileStoreOptions): Promise<Tracker> {
  const { root, runId } = options;
  check(
    runId === undefined || /^[0-9a-f]{32}$/.test(runId),
    () => `runId must be 32 hexadecimal digits, got "${runId}"`,
  );
  const run = (runId && (await findRun(root, runId))) || (await createRun(options));
  const { meta, folder } = run;
  await mendMetrics(folder);
  await writeMeta(run, { ...meta, status: STATUS.RUNNING, end_time: null });
  const tags = { ...options.tags, "mlflow.runName": options.runName, "mlflow.user": options.user };
  for (const [key, value] of Object.entries(tags))
    await writeText(folder, "tags", { key, value: tagValue(value) });
  return trackerOf(run, options);
}

async function trackerOf(run: RunFolder, options: FileStoreOptions): Promise<Tracker> {
  const { folder } = run;
  const { clock, warnings = [] } = options;
  const warn = warnInto(warnings);
  const admit = admission(warn, {
    metric: await keysBelow(join(folder, "metrics")),
    param: await keysBelow(join(folder, "params")),
    tag: await keysBelow(join(folder, "tags")),
  });
  const queue = backgroundQueue({ write: (rows) => appendMetrics(folder, rows), warn });
  return {
    runId: run.runId,
    location: folder,
    warnings,
    params(record) {
      for (const row of admit.params(record)) queue.run(() => writeParam(folder, row));
    },
    metrics(record, step) {
      const timestamp = Math.round(clock());
      for (const [key, value] of Object.entries(record)) {
        const row = { key, value, timestamp, step };
        if (admit.metric(row)) queue.add(row);
      }
    },
    tag(name, value) {
      for (const row of admit.tag({ key: name, value: tagValue(value) }))
        queue.run(() => writeText(folder, "tags", row));
    },
    dataset: (input) => queue.run(() => writeDataset(run, input)),
    artifact(path, name = basename(path)) {
      if (admit.artifact(name)) queue.run(() => copyArtifact(folder, path, name));
      return queue.flush();
    },
    async model(input) {
      queue.run(() => keepModel(folder, input, options));
      await queue.flush();
    },
    flush: queue.flush,
    async finish(status) {
      queue.run(() => finishRun(run, status, Math.round(clock())));
      await queue.flush();
    },
  };
}

/** Beside the description that MLflow loads it by. The name for the registry waits in a tag until the run is sent to a server. */
async function keepModel(folder: string, { onnx }: ModelInput, options: FileStoreOptions): Promise<void> {
  const files = modelFiles({ now: options.clock() });
  await copyArtifact(folder, onnx, `${MODEL_FOLDER}/${files.onnx}`);
  await writeAtomically(join(folder, "artifacts", MODEL_FOLDER, "MLmodel"), files.description);
  if (options.registerAs === undefined) return;
  await writeText(folder, "tags", { key: REGISTER_TAG, value: options.registerAs });
}

async function findRun(root: string, runId: string): Promise<RunFolder | undefined> {
  for (const experiment of await listExperiments(root)) {
    const folder = join(experiment.folder, runId);
    const meta = await readMeta(folder);
    if (meta !== undefined) return { runId, folder, experimentFolder: experiment.folder, meta };
  }
  return undefined;
}

async function createRun(options: FileStoreOptions): Promise<RunFolder> {
  const now = Math.round(options.clock());
  const experiment = await openExperiment(options.root, options.experiment, now);
  const runId = options.runId ?? randomBytes(16).toString("hex");
  const folder = join(experiment.folder, runId);
  // MLflow lists a run only when all four are there.
  for (const name of ["metrics", "params", "tags", "artifacts"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const meta = {
    artifact_uri: fileUri(join(folder, "artifacts")),
    end_time: null,
    entry_point_name: "",
    experiment_id: experiment.id,
    lifecycle_stage: "active",
    run_name: options.runName,
    source_name: "",
    source_type: 4,
    source_version: "",
    start_time: now,
    status: STATUS.RUNNING,
    user_id: options.user,
  };
  return { runId, folder, experimentFolder: experiment.folder, meta };
}

/** MLflow 2 wants run_uuid, which MLflow 3 drops when it rewrites the file, so both are written every time. */
async function writeMeta(run: RunFolder, meta: Readonly<Record<string, YamlScalar>>): Promise<void> {
  await writeAtomically(
    join(run.folder, "meta.yaml"),
    toYaml({ ...meta, run_id: run.runId, run_uuid: run.runId, tags: [] }),
  );
}

async function finishRun(run: RunFolder, status: FinalStatus, now: number): Promise<void> {
  // Read again: the run may have been renamed in MLflow's pages meanwhile.
  const meta = (await readMeta(run.folder)) ?? run.meta;
  await writeMeta(run, { ...meta, status: STATUS[status], end_time: now });
}
