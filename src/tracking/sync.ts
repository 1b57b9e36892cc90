/** @file Copies runs of the file store to an MLflow server, once each. */

import { join } from "node:path";
import { type ClientOptions, type TrackingClient, trackingClient } from "./client.ts";
import {
  createRun,
  deleteRun,
  experimentId,
  findByTag,
  logMetrics,
  logTexts,
  textRows,
  updateRun,
} from "./endpoints.ts";
import { listRuns, type RunRecord, readRun } from "./runs.ts";

/** What became of one run. */
export interface SyncOutcome {
  readonly runId: string;
  readonly runName: string;
  readonly outcome: "sent" | "already there" | "still running";
}

const ORIGIN = "l2e.origin_run_id";
const STATE = "l2e.sync";

/**
 * Sends every finished run of the store at `root` to the server, with its metrics, settings, tags and files.
 * Safe to repeat: a run carries its local id as a tag, a copy that was cut off is removed and made again.
 *
 * Rejects with `TrackingError` when the server fails; what was sent stays.
 */
export async function syncRuns(
  options: ClientOptions & { readonly root: string; readonly runIds?: readonly string[] },
): Promise<SyncOutcome[]> {
  const client = trackingClient(options);
  const { root, runIds } = options;
  const outcomes: SyncOutcome[] = [];
  for (const { runId, runName, status } of (await listRuns(root)).reverse()) {
    if (runIds !== undefined && !runIds.includes(runId)) continue;
    const outcome =
      status === "RUNNING" ? "still running" : await syncRun(client, await readRun(root, runId));
    outcomes.push({ runId, runName, outcome });
  }
  return outcomes;
}

async function syncRun(client: TrackingClient, run: RunRecord): Promise<"sent" | "already there"> {
  const experiment = await experimentId(client, run.experiment);
  for (const copy of await findByTag(client, experiment, { key: ORIGIN, value: run.runId })) {
    if (copy.tags[STATE] === "complete") return "already there";
    await deleteRun(client, copy.runId);
  }
  const { runId, artifactUri } = await createRun(client, {
    experimentId: experiment,
    runName: run.runName,
    startTime: run.startTime,
    tags: { [ORIGIN]: run.runId, [STATE]: "partial" },
  });
  const rows = Object.entries(run.history).flatMap(([key, points]) =>
    points.map((point) => ({ key, ...point })),
  );
  await logMetrics(client, runId, rows);
  await logTexts(client, runId, { kind: "params", rows: textRows(run.params) });
  await logTexts(client, runId, { kind: "tags", rows: textRows(run.tags) });
  for (const name of run.artifacts) {
    await client.upload(artifactUri, name, join(run.folder, "artifacts", ...name.split("/")));
  }
  const end = run.endTime === undefined ? {} : { endTime: run.endTime };
  await updateRun(client, runId, { status: run.status, ...end });
  await logTexts(client, runId, { kind: "tags", rows: [{ key: STATE, value: "complete" }] });
  return "sent";
}
