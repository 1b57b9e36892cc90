/** @file The run in the file store that goes on while the server is away, and its way back to the server. */

import type { Warn } from "./admission.ts";
import { openFileStoreRun } from "./fileStore.ts";
import type { MlflowClient, MlflowRun } from "./mlflow/client.ts";
import { MlflowError } from "./mlflow/error.ts";
import type { MetricRow } from "./mlflow/runs.ts";
import type { BackgroundQueue } from "./queue.ts";
import { writeText } from "./runFiles.ts";
import { readRun } from "./runs.ts";
import { CONTINUES, DELIVERED, endOf, NOT_YET, sendRecord } from "./sendRecord.ts";
import type { RunOptions, Tracker } from "./tracker.ts";

const FIRST_LOOK_MS = 2000;
const LONGEST_LOOK_MS = 15_000;

/** What a stand-in is opened for. */
export interface StandInOptions {
  readonly client: MlflowClient;
  readonly run: MlflowRun;
  readonly options: RunOptions & { readonly root: string };
  readonly warn: Warn;
  readonly warnings: string[];
  /** Looks for the server happen in the queue of the run, so that nothing overtakes anything. */
  readonly queue: () => BackgroundQueue;
}

/** Says what was said to a local run again. */
export type Replay = (tracker: Tracker) => void | Promise<void>;

/**
 * The stand-in for the server of a run. Once the server is lost everything goes into a run of the same id in the file
 * store, which is looked after: as soon as the server answers again it gets all that it has missed.
 */
export function standIn(given: StandInOptions) {
  const { client, run, options, warn } = given;
  const local = localRun(given);
  let isAway = false;
  const looks = repeated(async () => !isAway || (await comeBack()), given.queue);
  /** True when the server has everything. */
  const comeBack = async () => {
    try {
      if (local.tracker === undefined || !(await sendMissed(given, local.tracker))) return false;
    } catch (error) {
      if (!(error instanceof MlflowError)) warn(error);
      return false;
    }
    isAway = false;
    looks.stop();
    warn(`tracking: ${client.uri} is back and has the whole of run ${run.runId}.`);
    return true;
  };
  return {
    serverPage: pageOf(given),
    get isAway() {
      return isAway;
    },
    get tracker() {
      return local.tracker;
    },
    remember: local.remember,
    replayMetrics: local.replayMetrics,
    /** Sends what an earlier process, which was killed while the server was away, has left here. */
    recover: () => sendEarlier(given),
    /** From now on the local run is told everything. */
    async takeOver(problem: unknown) {
      isAway = true;
      warn(`tracking: ${reasonOf(problem)}. Run ${run.runId} goes on in ${options.root}.`);
      const tracker = await local.open();
      tracker.tag(DELIVERED, NOT_YET);
      looks.begin();
    },
    /** For files that the server does not take, while it takes numbers. */
    async openFor(problem: unknown) {
      warn(
        `tracking: ${reasonOf(problem)}. What it does not take of run ${run.runId} is in ${options.root}.`,
      );
      return await local.open();
    },
    /** A last look. */
    async close() {
      looks.stop();
      if (!isAway || (await comeBack())) return;
      warn(`tracking: the rest of run ${run.runId} is in ${options.root}; l2e runs sync sends it.`);
    },
  };
}

/** The run in the file store, opened when it is first needed. */
function localRun(given: StandInOptions) {
  const { run, options, warnings } = given;
  const said: Replay[] = [];
  let saidAt: number | undefined;
  let opened: Tracker | undefined;
  return {
    get tracker() {
      return opened;
    },
    async open(): Promise<Tracker> {
      if (opened !== undefined) return opened;
      const tags = { ...options.tags, [CONTINUES]: pageOf(given), [DELIVERED]: NOT_YET };
      const clock = () => saidAt ?? options.clock();
      const tracker = await openFileStoreRun({ ...options, tags, runId: run.runId, clock, warnings });
      // Settings, tags and datasets are told again, so that the local run explains itself.
      for (const replay of said) await replay(tracker);
      opened = tracker;
      return tracker;
    },
    /** To be told to the local run when it is opened. */
    remember: (replay: Replay) => void said.push(replay),
    /** Rows keep the time at which they were said. */
    replayMetrics(tracker: Tracker, rows: readonly MetricRow[]) {
      for (const { key, value, timestamp, step } of rows) {
        saidAt = timestamp;
        tracker.metrics({ [key]: value }, step);
      }
      saidAt = undefined;
      return tracker.flush();
    },
  };
}

/** Looks again and again, after growing pauses, until `look` has found what it looks for. */
function repeated(look: () => Promise<boolean>, queue: () => BackgroundQueue) {
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = FIRST_LOOK_MS;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => queue().run(once), pauseMs).unref();
    pauseMs = Math.min(2 * pauseMs, LONGEST_LOOK_MS);
  };
  const once = async () => {
    if (!(await look())) begin();
  };
  const stop = () => {
    clearTimeout(timer);
    pauseMs = FIRST_LOOK_MS;
  };
  return { begin, stop };
}

/** Sends the local run to the server; false where the server does not know the run. */
async function sendMissed({ client, run, options }: StandInOptions, tracker: Tracker): Promise<boolean> {
  const onServer = await client.getRun(run.runId);
  if (onServer === undefined) return false;
  await tracker.flush();
  const record = await readRun(options.root, run.runId);
  await sendRecord(client, onServer, record);
  if (record.status !== "RUNNING") await client.updateRun(run.runId, endOf(record));
  await writeText(record.folder, "tags", { key: DELIVERED, value: client.uri });
  return true;
}

async function sendEarlier({ client, run, options }: StandInOptions): Promise<void> {
  const earlier = await readRun(options.root, run.runId).catch(() => undefined);
  if (earlier?.tags[DELIVERED] !== NOT_YET) return;
  await sendRecord(client, run, earlier);
  await writeText(earlier.folder, "tags", { key: DELIVERED, value: client.uri });
}

/** Where the run is shown on the server. */
function pageOf({ client, run }: StandInOptions): string {
  return `${client.uri}/#/experiments/${run.experimentId}/runs/${run.runId}`;
}

function reasonOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
