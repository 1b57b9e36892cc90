/** @file Runs on an MLflow server, written in the background; when the server is lost the run goes on in the file store. */

import { basename } from "node:path";
import { check } from "../check/check.ts";
import { type ClientOptions, type TrackingClient, TrackingError, trackingClient } from "./client.ts";
import {
  createRun,
  experimentId,
  getRun,
  logDataset,
  logMetrics,
  logTexts,
  type ServerRun,
  updateRun,
} from "./endpoints.ts";
import { openFileStoreRun } from "./fileStore.ts";
import { backgroundQueue } from "./queue.ts";
import {
  checkArtifactName,
  checkKey,
  checkMetric,
  checkPrefixes,
  type MetricRow,
  paramRows,
  type TextRow,
  tagValue,
} from "./records.ts";
import type { RunOptions, Tracker } from "./tracker.ts";

type Warn = (problem: unknown) => void;

/** Options of a run on a server. */
export interface RestStoreOptions extends RunOptions, ClientOptions {
  /** The file store that takes over when the server is lost. */
  readonly root: string;
}

/**
 * Opens a run on an MLflow server. Rejects with {@link TrackingError} when the server cannot be reached; later
 * failures never show: after the retries everything that was not sent goes to the file store at `root`, under
 * the same run id, and one sentence goes to the warnings.
 */
export async function openRestRun(options: RestStoreOptions): Promise<Tracker> {
  const client = trackingClient(options);
  const run = await openRun(client, options);
  return trackerOf(client, run, options);
}

async function openRun(client: TrackingClient, options: RestStoreOptions): Promise<ServerRun> {
  const tags = { ...options.tags, "mlflow.user": options.user };
  const old = options.runId === undefined ? undefined : await getRun(client, options.runId);
  if (old !== undefined) {
    await updateRun(client, old.runId, { status: "RUNNING" });
    return old;
  }
  const experiment = await experimentId(client, options.experiment);
  const startTime = Math.round(options.clock());
  return await createRun(client, { experimentId: experiment, runName: options.runName, startTime, tags });
}

function trackerOf(client: TrackingClient, run: ServerRun, options: RestStoreOptions): Tracker {
  const { runId } = run;
  const warnings: string[] = [];
  const warn = (problem: unknown) => {
    const text = problem instanceof Error ? problem.message : String(problem);
    if (!warnings.includes(text)) warnings.push(text);
  };
  const keys = admission();
  const local = localCopy(client, run, { options, warn, warnings });

  /** Sends to the server, or to the file store once the server is lost. A refusal (400) is the record's fault, not the server's. */
  const deliver = async (send: () => Promise<void>, replay: (tracker: Tracker) => void | Promise<void>) => {
    if (!local.isNeeded) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof TrackingError) || error.status === 400) return warn(error);
        await local.takeOver(error);
      }
    }
    if (local.tracker !== undefined) await replay(local.tracker);
  };
  const sendMetrics = (rows: readonly MetricRow[]) =>
    deliver(
      () => logMetrics(client, runId, rows),
      (tracker) => local.replayMetrics(tracker, rows),
    );
  const queue = backgroundQueue({ write: sendMetrics, warn });
  /** A server that takes numbers may still refuse files: then only these go to the file store. */
  const upload = async (path: string, name: string) => {
    try {
      await client.upload(run.artifactUri, name, path);
    } catch (error) {
      if (!(error instanceof TrackingError)) return warn(error);
      await (await local.open(error)).artifact(path, name);
    }
  };

  return {
    runId,
    get location() {
      return local.isNeeded && local.tracker !== undefined ? local.tracker.location : local.serverPage;
    },
    warnings,
    params(record) {
      const rows = newParams(keys.admitParams(record, warn), run, warn);
      const replay = (tracker: Tracker) => tracker.params(recordOf(rows));
      local.remember(replay);
      queue.run(() => deliver(() => sendParams(client, runId, rows, warn), replay));
    },
    metrics(record, step) {
      const timestamp = Math.round(options.clock());
      for (const [key, value] of Object.entries(record)) {
        const row = { key, value, timestamp, step };
        if (keys.admitMetric(row, warn)) queue.add(row);
      }
    },
    tag(name, value) {
      const rows = keys.admitTexts([{ key: name, value: tagValue(value) }], "tag", warn);
      const replay = (tracker: Tracker) => {
        for (const row of rows) tracker.tag(row.key, row.value);
      };
      local.remember(replay);
      queue.run(() => deliver(() => logTexts(client, runId, { kind: "tags", rows }), replay));
    },
    dataset(input) {
      const replay = (tracker: Tracker) => tracker.dataset(input);
      local.remember(replay);
      queue.run(() => deliver(() => logDataset(client, runId, input), replay));
    },
    async artifact(path, name = basename(path)) {
      if (!keys.admitArtifact(name, warn)) return;
      queue.run(async () => {
        if (local.isNeeded) await local.tracker?.artifact(path, name);
        else await upload(path, name);
      });
      await queue.flush();
    },
    flush: queue.flush,
    async finish(status) {
      const endTime = Math.round(options.clock());
      queue.run(async () => {
        await deliver(
          () => updateRun(client, runId, { status, endTime }),
          () => undefined,
        );
        await local.tracker?.finish(status);
      });
      await queue.flush();
    },
  };
}

/** The file-store run that takes over, and what it must be told again. */
function localCopy(
  client: TrackingClient,
  run: ServerRun,
  {
    options,
    warn,
    warnings,
  }: { readonly options: RestStoreOptions; readonly warn: Warn; readonly warnings: string[] },
) {
  const said: ((tracker: Tracker) => void)[] = [];
  let time: number | undefined;
  const copy = {
    tracker: undefined as Tracker | undefined,
    /** The run's page on the server. */
    serverPage: `${client.uri}/#/experiments/${run.experimentId}/runs/${run.runId}`,
    /** True once the server is lost; it stays so where the file store cannot be opened either. */
    isNeeded: false,
    /** Settings, tags and datasets are told again, so that the local run explains itself. */
    remember(replay: (tracker: Tracker) => void) {
      said.push(replay);
    },
    async takeOver(problem: unknown) {
      copy.isNeeded = true;
      await copy.open(problem);
    },
    async open(problem: unknown) {
      if (copy.tracker !== undefined) return copy.tracker;
      const reason = problem instanceof Error ? problem.message : String(problem);
      warn(
        `tracking: ${reason}. ${copy.isNeeded ? "The rest" : "What it does not take"} of run ${run.runId} is in ${options.root}.`,
      );
      const tags = { ...options.tags, "l2e.continues": copy.serverPage };
      const clock = () => time ?? options.clock();
      const tracker = await openFileStoreRun({ ...options, tags, runId: run.runId, clock, warnings });
      for (const replay of said) replay(tracker);
      copy.tracker = tracker;
      return tracker;
    },
    /** Rows keep the time at which they were said. */
    replayMetrics(tracker: Tracker, rows: readonly MetricRow[]) {
      for (const { key, value, timestamp, step } of rows) {
        time = timestamp;
        tracker.metrics({ [key]: value }, step);
      }
      time = undefined;
      return tracker.flush();
    },
  };
  return copy;
}

/** Parameters that the run does not have yet. They do not change: a run that goes on with other settings says so. */
function newParams(rows: readonly TextRow[], run: ServerRun, warn: Warn): TextRow[] {
  return rows.filter(({ key, value }) => {
    const old = Object.hasOwn(run.params, key) ? run.params[key] : undefined;
    if (old !== undefined && old !== value) {
      warn(`param "${key}" keeps its first value "${old}"; the run went on with "${value}"`);
    }
    return old === undefined;
  });
}

/** A batch is refused as a whole; then each parameter is sent by itself, and only those that changed are reported. */
async function sendParams(
  client: TrackingClient,
  runId: string,
  rows: readonly TextRow[],
  warn: Warn,
): Promise<void> {
  const isRefusal = (error: unknown) => error instanceof TrackingError && error.status === 400;
  try {
    await logTexts(client, runId, { kind: "params", rows });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    for (const row of rows) {
      await logTexts(client, runId, { kind: "params", rows: [row] }).catch((single) => {
        if (!isRefusal(single)) throw single;
        warn(single);
      });
    }
  }
}

/** Names that were accepted so far; the others become warnings. The file store's rules hold here too, as it may have to take over. */
function admission() {
  const known = { param: new Set<string>(), tag: new Set<string>(), metric: new Set<string>() };
  const admit = (key: string, kind: keyof typeof known) => {
    checkKey(key, kind);
    if (!known[kind].has(key)) checkPrefixes(key, known[kind], kind);
    known[kind].add(key);
  };
  const passes = (body: () => void, warn: Warn) => {
    try {
      body();
      return true;
    } catch (error) {
      warn(error);
      return false;
    }
  };
  const admitTexts = (rows: readonly TextRow[], kind: "param" | "tag", warn: Warn) =>
    rows.filter(({ key }) => passes(() => admit(key, kind), warn));
  return {
    admitTexts,
    /** Settings that have no text (a cycle) become a warning like any other. */
    admitParams(record: Readonly<Record<string, unknown>>, warn: Warn) {
      let rows: TextRow[] = [];
      passes(() => {
        rows = paramRows(record);
      }, warn);
      return admitTexts(rows, "param", warn);
    },
    admitArtifact: (name: string, warn: Warn) => passes(() => checkArtifactName(name), warn),
    admitMetric: (row: MetricRow, warn: Warn) =>
      passes(() => {
        checkMetric(row);
        check(Number.isFinite(row.timestamp), () => `metric "${row.key}": the clock must give a number`);
        admit(row.key, "metric");
      }, warn),
  };
}

function recordOf(rows: readonly TextRow[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
