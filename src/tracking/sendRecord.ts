/** @file What the file store holds of a run, sent into a run on a server. */

import { dirname, join } from "node:path";
import type { MlflowClient, MlflowRun } from "./mlflow/client.ts";
import type { RunState } from "./mlflow/runs.ts";
import { MODEL_FOLDER, REGISTER_TAG, sendModel } from "./models.ts";
import { readDatasets, readMetricRows } from "./runFiles.ts";
import type { RunRecord } from "./runs.ts";

/** Tags of the file store's run that say where it belongs; they mean nothing on the server. */
export const CONTINUES = "l2e.continues";
export const DELIVERED = "l2e.delivered";
/** The value of {@link DELIVERED} while something has not been sent. */
export const NOT_YET = "not yet";

/** How a finished run ended, for a server. */
export function endOf({ status, endTime }: RunRecord): {
  readonly state: RunState;
  readonly endTime?: number;
} {
  return { state: status, ...(endTime === undefined ? {} : { endTime }) };
}

/**
 * Sends the metrics, parameters, tags, datasets, files and the model of a run in the file store. Safe to repeat: the
 * server keeps one of each. A parameter that the run on the server has already keeps its value there.
 *
 * @returns how many files stay, as the server does not take any.
 */
export async function sendRecord(client: MlflowClient, run: MlflowRun, record: RunRecord): Promise<number> {
  const { runId } = run;
  const { [CONTINUES]: _page, [DELIVERED]: _server, ...tags } = record.tags;
  const params = Object.entries(record.params).filter(([key]) => !Object.hasOwn(run.params, key));
  await client.logMetrics(runId, await readMetricRows(record.folder));
  await client.logParams(runId, Object.fromEntries(params));
  await client.setTags(runId, tags);
  const datasets = await readDatasets({
    folder: record.folder,
    experimentFolder: dirname(record.folder),
  });
  if (datasets.length > 0) await client.logDatasets(runId, datasets);
  if (!run.artifactUri.startsWith("mlflow-artifacts:")) return record.artifacts.length;
  await sendFiles(client, run, record);
  return 0;
}

async function sendFiles(client: MlflowClient, run: MlflowRun, record: RunRecord): Promise<void> {
  const path = (name: string) => join(record.folder, "artifacts", ...name.split("/"));
  const model = `${MODEL_FOLDER}/operator.onnx`;
  for (const name of record.artifacts.filter((name) => !name.startsWith(`${MODEL_FOLDER}/`))) {
    await client.uploadArtifact(run.artifactUri, name, path(name));
  }
  if (!record.artifacts.includes(model)) return;
  const registerAs = record.tags[REGISTER_TAG];
  const steps = Object.values(record.history).map((points) => points.at(-1)?.step ?? 0);
  await sendModel(client, run, {
    onnx: path(model),
    step: Math.max(0, ...steps),
    now: record.endTime ?? record.startTime,
    ...(registerAs === undefined ? {} : { registerAs }),
  });
}
