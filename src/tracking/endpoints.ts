/** @file The calls of MLflow's REST interface that are used here, with their payloads. */

import { type TrackingClient, TrackingError } from "./client.ts";
import { type MetricRow, numberForJson, type TextRow } from "./records.ts";
import type { DatasetInput } from "./tracker.ts";

/** A run on a server. */
export interface ServerRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/** A run to be made. */
export interface NewRun {
  readonly experimentId: string;
  readonly runName: string;
  readonly startTime: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The server takes at most these many in one request. */
const LARGEST = { metrics: 1000, params: 100, tags: 100 } as const;

/** The id of an experiment, made when missing. */
export async function experimentId(client: TrackingClient, name: string): Promise<string> {
  const known = await findExperiment(client, name);
  if (known !== undefined) return known;
  try {
    const answer = (await client.post("experiments/create", { name })) as { experiment_id: string };
    return answer.experiment_id;
  } catch (error) {
    // Another process was faster, or the answer to our first try got lost.
    if (!hasCode(error, "RESOURCE_ALREADY_EXISTS")) throw error;
    const made = await findExperiment(client, name);
    if (made === undefined) throw error;
    return made;
  }
}

async function findExperiment(client: TrackingClient, name: string): Promise<string | undefined> {
  try {
    const answer = await client.get("experiments/get-by-name", { experiment_name: name });
    const { experiment } = answer as { experiment?: { experiment_id: string } };
    if (experiment === undefined)
      throw new TrackingError(`${client.uri} does not answer as an MLflow server does`);
    return experiment.experiment_id;
  } catch (error) {
    if (hasCode(error, "RESOURCE_DOES_NOT_EXIST")) return undefined;
    throw error;
  }
}

export async function createRun(client: TrackingClient, run: NewRun): Promise<ServerRun> {
  const answer = await client.post("runs/create", {
    experiment_id: run.experimentId,
    run_name: run.runName,
    start_time: run.startTime,
    tags: textRows(run.tags),
  });
  return serverRun(answer);
}

/** A run by its id, or undefined when the server has none. */
export async function getRun(client: TrackingClient, runId: string): Promise<ServerRun | undefined> {
  try {
    return serverRun(await client.get("runs/get", { run_id: runId }));
  } catch (error) {
    if (hasCode(error, "RESOURCE_DOES_NOT_EXIST")) return undefined;
    throw error;
  }
}

/** Runs of an experiment that carry a tag. */
export async function findByTag(
  client: TrackingClient,
  experiment: string,
  { key, value }: TextRow,
): Promise<ServerRun[]> {
  const filter = `tags.\`${key}\` = '${value}'`;
  const answer = await client.post("runs/search", { experiment_ids: [experiment], filter, max_results: 100 });
  return ((answer as { runs?: unknown[] }).runs ?? []).map((run) => serverRun({ run }));
}

export async function updateRun(
  client: TrackingClient,
  runId: string,
  change: { readonly status: string; readonly endTime?: number },
): Promise<void> {
  const end = change.endTime === undefined ? {} : { end_time: change.endTime };
  await client.post("runs/update", { run_id: runId, status: change.status, ...end });
}

export async function deleteRun(client: TrackingClient, runId: string): Promise<void> {
  await client.post("runs/delete", { run_id: runId });
}

/** Sending the same rows again does no harm: the server keeps one of each. */
export async function logMetrics(
  client: TrackingClient,
  runId: string,
  rows: readonly MetricRow[],
): Promise<void> {
  for (const metrics of batches(rows, LARGEST.metrics)) {
    await client.post("runs/log-batch", {
      run_id: runId,
      metrics: metrics.map((row) => ({ ...row, value: numberForJson(row.value) })),
    });
  }
}

export async function logTexts(
  client: TrackingClient,
  runId: string,
  { kind, rows }: { readonly kind: "params" | "tags"; readonly rows: readonly TextRow[] },
): Promise<void> {
  for (const batch of batches(rows, LARGEST[kind])) {
    await client.post("runs/log-batch", { run_id: runId, [kind]: batch });
  }
}

export async function logDataset(client: TrackingClient, runId: string, input: DatasetInput): Promise<void> {
  const dataset = {
    name: input.name,
    digest: input.digest.slice(0, 36),
    source_type: "local",
    source: JSON.stringify({ uri: input.source }),
    schema: input.schema ?? "{}",
    profile: input.profile ?? "{}",
  };
  const tags = [{ key: "mlflow.data.context", value: input.context ?? "training" }];
  await client.post("runs/log-inputs", { run_id: runId, datasets: [{ tags, dataset }] });
}

/** Names and texts as the server wants them. */
export function textRows(record: Readonly<Record<string, string>>): TextRow[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof TrackingError && error.code === code;
}

function batches<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, k) =>
    rows.slice(k * size, (k + 1) * size),
  );
}

interface RunAnswer {
  readonly run?: {
    readonly info?: Readonly<Record<string, string>>;
    readonly data?: { readonly tags?: readonly TextRow[]; readonly params?: readonly TextRow[] };
  };
}

function serverRun(answer: unknown): ServerRun {
  const { info, data } = (answer as RunAnswer).run ?? {};
  if (info?.["run_id"] === undefined) {
    throw new TrackingError("the server's answer holds no run, so it is no MLflow server");
  }
  const record = (rows: readonly TextRow[] = []) =>
    Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  return {
    runId: info["run_id"],
    experimentId: info["experiment_id"],
    artifactUri: info["artifact_uri"] ?? "",
    tags: record(data?.tags),
    params: record(data?.params),
  };
}
