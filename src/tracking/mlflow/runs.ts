/** @file Runs: made, found, updated; metrics, parameters, tags and datasets within the limits of one request. */

import { hasCode } from "./error.ts";
import type { Connection } from "./request.ts";
import { endpoints, largestBatch, type TextRow, type WireRun } from "./specification.ts";

/** How a run stands. */
export type RunState = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

/** A run on a server. */
export interface MlflowRun {
  readonly runId: string;
  readonly runName: string;
  readonly experimentId: string;
  /** Where its files belong: `mlflow-artifacts:/…` where the server takes them itself. */
  readonly artifactUri: string;
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly startTime?: number;
  readonly endTime?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  /** The last value of every metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A run to be made. */
export interface NewRun {
  readonly experimentId: string;
  readonly runName: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** The run that this one belongs to: MLflow's pages show it nested there. */
  readonly parentRunId?: string;
}

/** One value of a metric. */
export interface MetricRow {
  readonly key: string;
  /** NaN and the infinities are sent too; a server on SQL keeps infinities as ±1.8e308. */
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** Data that a run used. */
export interface DatasetInput {
  readonly name: string;
  /** At most 36 characters; longer ones (a sha256) are cut. */
  readonly digest: string;
  /** Where the data lie. */
  readonly source: string;
  /** `training` by default. */
  readonly context?: string;
  readonly schema?: string;
  readonly profile?: string;
}

/** Which runs to find. */
export interface RunSearch {
  readonly experimentIds: readonly string[];
  /** For example `metrics.loss < 0.1 and tags.phase = 'two'`; names with dots in backticks. */
  readonly filter?: string;
  /** For example `["metrics.loss ASC"]`. */
  readonly orderBy?: readonly string[];
  /** At most so many; all by default. */
  readonly limit?: number;
}

/** The methods of a client that concern runs. */
export interface RunMethods {
  createRun(run: NewRun): Promise<MlflowRun>;
  /** A run by its id; undefined where the server has none. */
  getRun(runId: string): Promise<MlflowRun | undefined>;
  searchRuns(search: RunSearch): Promise<MlflowRun[]>;
  updateRun(
    runId: string,
    change: { readonly state?: RunState; readonly endTime?: number; readonly runName?: string },
  ): Promise<void>;
  /** Puts the run into the server's bin. */
  deleteRun(runId: string): Promise<void>;
  /** In requests of at most a thousand rows. Sending the same rows again does no harm: the server keeps one of each. */
  logMetrics(runId: string, rows: readonly MetricRow[]): Promise<void>;
  /** Parameters do not change: the server refuses another value with `INVALID_PARAMETER_VALUE`. */
  logParams(runId: string, params: Readonly<Record<string, string>>): Promise<void>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  logDatasets(runId: string, datasets: readonly DatasetInput[]): Promise<void>;
  /** Every value that a metric has had, in the server's order. */
  metricHistory(runId: string, key: string): Promise<MetricRow[]>;
}

/** The tag that nests a run. */
export const parentTag = "mlflow.parentRunId";

export function runMethods(connection: Connection): RunMethods {
  return { ...lifeOf(connection), ...recordsOf(connection) };
}

function lifeOf(
  connection: Connection,
): Pick<RunMethods, "createRun" | "getRun" | "searchRuns" | "updateRun" | "deleteRun"> {
  return {
    async createRun({ experimentId, runName, startTime, tags = {}, parentRunId }) {
      const nesting = parentRunId === undefined ? {} : { [parentTag]: parentRunId };
      const answer = await connection.call(endpoints.createRun, {
        experiment_id: experimentId,
        run_name: runName,
        start_time: startTime,
        tags: textRows({ ...tags, ...nesting }),
      });
      return runFrom(answer.run);
    },
    async getRun(runId) {
      try {
        return runFrom((await connection.call(endpoints.getRun, { run_id: runId })).run);
      } catch (error) {
        if (hasCode(error, "RESOURCE_DOES_NOT_EXIST")) return undefined;
        throw error;
      }
    },
    async searchRuns({ experimentIds, filter, orderBy, limit = Number.POSITIVE_INFINITY }) {
      const found: MlflowRun[] = [];
      const search = {
        experiment_ids: experimentIds,
        max_results: Math.min(1000, limit),
        ...(filter === undefined ? {} : { filter }),
        ...(orderBy === undefined ? {} : { order_by: orderBy }),
      };
      for await (const { runs } of connection.pages(endpoints.searchRuns, search)) {
        found.push(...runs.map(runFrom));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
    async updateRun(runId, { state, endTime, runName }) {
      await connection.call(endpoints.updateRun, {
        run_id: runId,
        ...(state === undefined ? {} : { status: state }),
        ...(endTime === undefined ? {} : { end_time: endTime }),
        ...(runName === undefined ? {} : { run_name: runName }),
      });
    },
    async deleteRun(runId) {
      await connection.call(endpoints.deleteRun, { run_id: runId });
    },
  };
}

function recordsOf(
  connection: Connection,
): Pick<RunMethods, "logMetrics" | "logParams" | "setTags" | "logDatasets" | "metricHistory"> {
  const inBatches = async <T>(rows: readonly T[], size: number, send: (batch: readonly T[]) => object) => {
    for (let k = 0; k < rows.length; k += size) {
      await connection.call(endpoints.logBatch, send(rows.slice(k, k + size)) as { run_id: string });
    }
  };
  return {
    logMetrics: (runId, rows) =>
      inBatches(rows, largestBatch.metrics, (batch) => ({
        run_id: runId,
        metrics: batch.map(({ key, value, timestamp, step }) => ({
          key,
          value: Number.isFinite(value) ? value : String(value),
          timestamp,
          step,
        })),
      })),
    logParams: (runId, params) =>
      inBatches(textRows(params), largestBatch.params, (batch) => ({ run_id: runId, params: batch })),
    setTags: (runId, tags) =>
      inBatches(textRows(tags), largestBatch.tags, (batch) => ({ run_id: runId, tags: batch })),
    async logDatasets(runId, inputs) {
      const datasets = inputs.map(({ name, digest, source, context, schema, profile }) => ({
        tags: [{ key: "mlflow.data.context", value: context ?? "training" }],
        dataset: {
          name,
          digest: digest.slice(0, 36),
          source_type: "local",
          source: JSON.stringify({ uri: source }),
          schema: schema ?? "{}",
          profile: profile ?? "{}",
        },
      }));
      await connection.call(endpoints.logInputs, { run_id: runId, datasets });
    },
    async metricHistory(runId, key) {
      const rows: MetricRow[] = [];
      const history = { run_id: runId, metric_key: key, max_results: 10_000 };
      for await (const { metrics } of connection.pages(endpoints.metricHistory, history)) {
        for (const row of metrics) rows.push({ ...row, key, value: Number(row.value) });
      }
      return rows;
    },
  };
}

/** A record as the rows that the server wants. */
function textRows(record: Readonly<Record<string, string>>): TextRow[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

function runFrom({ info, data }: WireRun): MlflowRun {
  const record = <T>(rows: readonly { readonly key: string; readonly value: T }[] = []) =>
    Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  return {
    runId: info.run_id,
    runName: info.run_name ?? "",
    experimentId: info.experiment_id,
    artifactUri: info.artifact_uri ?? "",
    state: info.status ?? "RUNNING",
    ...(info.start_time === undefined ? {} : { startTime: info.start_time }),
    ...(info.end_time === undefined ? {} : { endTime: info.end_time }),
    tags: record(data?.tags),
    params: record(data?.params),
    metrics: record(data?.metrics?.map(({ key, value }) => ({ key, value: Number(value) }))),
  };
}
