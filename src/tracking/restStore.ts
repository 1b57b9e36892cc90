/** @file Runs on an MLflow server, written in the background; while the server is away the run goes on in the file store. */

import { basename } from "node:path";
import { admission, type Warn, warnInto } from "./admission.ts";
import { type Delivery, delivery } from "./delivery.ts";
import { type ClientOptions, type MlflowClient, type MlflowRun, mlflowClient } from "./mlflow/client.ts";
import { MlflowError } from "./mlflow/error.ts";
import type { TextRow } from "./mlflow/specification.ts";
import { sendModel } from "./models.ts";
import { tagValue } from "./records.ts";
import type { RunOptions, Tracker } from "./tracker.ts";

/** Options of a run on a server. */
export interface RestStoreOptions extends RunOptions, ClientOptions {
  /** The file store that takes over while the server is away. */
  readonly root: string;
  /** The experiment by its id, before its name. */
  readonly experimentId?: string;
}

/**
 * Opens a run on an MLflow server. Rejects with {@link MlflowError} when the server cannot be reached; later failures
 * never show. While the server is away everything goes to the file store at `root`, under the same run id; when it is
 * back it gets what it has missed. What is still missing at the end stays there, and the warnings say so.
 */
export async function openRestRun(options: RestStoreOptions): Promise<Tracker> {
  const run = await openRun(mlflowClient(options), options);
  // In the background there is somewhere else to go, so patience ends sooner.
  const client = mlflowClient({ ...options, retry: { attempts: 2, ...options.retry } });
  return trackerOf(client, run, options);
}

async function openRun(client: MlflowClient, options: RestStoreOptions): Promise<MlflowRun> {
  const tags = { ...options.tags, "mlflow.user": options.user };
  const old = options.runId === undefined ? undefined : await client.getRun(options.runId);
  if (old !== undefined) {
    await client.updateRun(old.runId, { state: "RUNNING" });
    return old;
  }
  const experimentId = options.experimentId ?? (await client.experiment(options.experiment));
  const startTime = Math.round(options.clock());
  return await client.createRun({ experimentId, runName: options.runName, startTime, tags });
}

function trackerOf(client: MlflowClient, run: MlflowRun, options: RestStoreOptions): Tracker {
  const { runId } = run;
  const warnings: string[] = [];
  const warn = warnInto(warnings);
  const admit = admission(warn);
  const way = delivery({ client, run, options, warn, warnings });
  return {
    runId,
    get location() {
      return way.location;
    },
    warnings,
    params(record) {
      const rows = newParams(admit.params(record), run, warn);
      way.say(
        () => sendParams(client, runId, rows, warn),
        (tracker) => tracker.params(recordOf(rows)),
      );
    },
    metrics(record, step) {
      const timestamp = Math.round(options.clock());
      for (const [key, value] of Object.entries(record)) {
        const row = { key, value, timestamp, step };
        if (admit.metric(row)) way.add(row);
      }
    },
    tag(name, value) {
      const tags = recordOf(admit.tag({ key: name, value: tagValue(value) }));
      way.say(
        () => client.setTags(runId, tags),
        (tracker) => {
          for (const [key, text] of Object.entries(tags)) tracker.tag(key, text);
        },
      );
    },
    dataset: (input) =>
      way.say(
        () => client.logDatasets(runId, [input]),
        (tracker) => tracker.dataset(input),
      ),
    ...filesOf(way, { client, run, options, admits: admit.artifact }),
    flush: way.flush,
    finish: (status) => way.finish(status, Math.round(options.clock())),
  };
}

function filesOf(
  way: Delivery,
  at: {
    readonly client: MlflowClient;
    readonly run: MlflowRun;
    readonly options: RestStoreOptions;
    readonly admits: (name: string) => boolean;
  },
): Pick<Tracker, "artifact" | "model"> {
  const { client, run, options, admits } = at;
  return {
    async artifact(path, name = basename(path)) {
      if (!admits(name)) return;
      await way.upload(
        () => client.uploadArtifact(run.artifactUri, name, path),
        (tracker) => tracker.artifact(path, name),
      );
    },
    async model(input) {
      const { registerAs, clock } = options;
      const model = { ...input, now: clock(), ...(registerAs === undefined ? {} : { registerAs }) };
      await way.upload(
        () => sendModel(client, run, model),
        (tracker) => tracker.model(input),
      );
    },
  };
}

/** Parameters that the run does not have yet. They do not change: a run that goes on with other settings says so. */
function newParams(rows: readonly TextRow[], run: MlflowRun, warn: Warn): TextRow[] {
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
  client: MlflowClient,
  runId: string,
  rows: readonly TextRow[],
  warn: Warn,
): Promise<void> {
  const isRefusal = (error: unknown) => error instanceof MlflowError && error.status === 400;
  try {
    await client.logParams(runId, recordOf(rows));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    for (const { key, value } of rows) {
      await client.logParams(runId, { [key]: value }).catch((single) => {
        if (!isRefusal(single)) throw single;
        warn(single);
      });
    }
  }
}

function recordOf(rows: readonly TextRow[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
