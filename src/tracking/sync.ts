/** @file Copies runs of the file store to an MLflow server, once each. */

import { inTurn } from "../check/check.ts";
import { type ClientOptions, type MlflowClient, type MlflowRun, mlflowClient } from "./mlflow/client.ts";
import { parentTag } from "./mlflow/runs.ts";
import { writeText } from "./runFiles.ts";
import { listRuns, type RunRecord, readRun } from "./runs.ts";
import { CONTINUES, DELIVERED, endOf, sendRecord } from "./sendRecord.ts";

/** What became of one run. */
export interface SyncOutcome {
  readonly runId: string;
  readonly runName: string;
  readonly outcome: "sent" | "already there" | "still running";
  /** Its page on the server. */
  readonly page?: string;
  /** Files that stay, as the server does not take any itself. */
  readonly filesLeft?: number;
}

/** What to send, and where. */
export interface SyncOptions extends ClientOptions {
  readonly root: string;
  /** Ids or names of runs; all by default. */
  readonly runs?: readonly string[];
  /** Sends runs that still say that they run, as killed ones: for those whose process is gone. */
  readonly unfinished?: boolean;
  /** Is told every outcome as it comes. */
  readonly onOutcome?: (outcome: SyncOutcome) => void;
}

/** Tags of the copy: which run it is of, how that had ended, and whether all of it is there. */
const ORIGIN = "l2e.origin_run_id";
const ORIGIN_END = "l2e.origin_end";
const STATE = "l2e.sync";

/**
 * Sends finished runs of the store at `root` to the server, with all that they hold. Safe to interrupt and to repeat:
 * a copy carries the id of its run as a tag from its first moment and the mark of a whole copy from its last, and a
 * copy without that mark is removed and made again. What a run says that had begun on this server and was cut off from
 * it goes into that run.
 *
 * Rejects with `MlflowError` when the server fails, and with `InputError` for a run that is not there; what was sent
 * stays.
 */
export async function syncRuns(options: SyncOptions): Promise<SyncOutcome[]> {
  const client = mlflowClient(options);
  const { root } = options;
  const ids =
    options.runs === undefined
      ? (await listRuns(root)).reverse().map(({ runId }) => runId)
      : await inTurn(options.runs, async (name) => (await readRun(root, name)).runId);
  const outcomes: SyncOutcome[] = [];
  for (const id of ids) {
    const outcome = await syncRun(client, await readRun(root, id), options.unfinished === true);
    outcomes.push(outcome);
    options.onOutcome?.(outcome);
  }
  return outcomes;
}

async function syncRun(client: MlflowClient, run: RunRecord, unfinished: boolean): Promise<SyncOutcome> {
  const { runId, runName } = run;
  if (run.tags[DELIVERED] === client.uri) return { runId, runName, outcome: "already there" };
  if (run.status === "RUNNING" && !unfinished) return { runId, runName, outcome: "still running" };
  const ended: RunRecord = run.status === "RUNNING" ? { ...run, status: "KILLED" } : run;
  const begun = run.tags[CONTINUES] === undefined ? undefined : await client.getRun(runId);
  const sent = begun === undefined ? await sendCopy(client, ended) : await sendRest(client, begun, ended);
  const { copy, filesLeft } = sent;
  return {
    runId,
    runName,
    outcome: sent.isNew ? "sent" : "already there",
    page: `${client.uri}/#/experiments/${copy.experimentId}/runs/${copy.runId}`,
    ...(filesLeft > 0 ? { filesLeft } : {}),
  };
}

interface Sent {
  readonly copy: MlflowRun;
  readonly isNew: boolean;
  readonly filesLeft: number;
}

/** The rest of a run that had begun on the server. */
async function sendRest(client: MlflowClient, begun: MlflowRun, run: RunRecord): Promise<Sent> {
  const filesLeft = await sendRecord(client, begun, run);
  await client.updateRun(begun.runId, endOf(run));
  if (filesLeft === 0) await writeText(run.folder, "tags", { key: DELIVERED, value: client.uri });
  return { copy: begun, isNew: true, filesLeft };
}

async function sendCopy(client: MlflowClient, run: RunRecord): Promise<Sent> {
  const experimentId = await client.experiment(run.experiment);
  const end = `${run.status} ${run.endTime ?? ""}`.trim();
  const find = () =>
    client.searchRuns({ experimentIds: [experimentId], filter: `tags.\`${ORIGIN}\` = '${run.runId}'` });
  const copies = await find();
  const whole = copies.find(({ tags }) => tags[STATE] === "complete" && tags[ORIGIN_END] === end);
  for (const other of copies) {
    // Cut off, or made before the run went on.
    if (other !== whole) await client.deleteRun(other.runId);
  }
  if (whole !== undefined) return { copy: whole, isNew: false, filesLeft: 0 };
  const copy = await client.createRun({
    experimentId,
    runName: run.runName,
    startTime: run.startTime,
    tags: { [ORIGIN]: run.runId, [ORIGIN_END]: end, [STATE]: "partial" },
  });
  const nesting = await nestingOf(client, experimentId, run);
  const filesLeft = await sendRecord(client, copy, { ...run, tags: { ...run.tags, ...nesting } });
  await client.updateRun(copy.runId, endOf(run));
  // An answer that got lost on its way may have made us ask for the copy twice.
  for (const { runId } of await find()) if (runId !== copy.runId) await client.deleteRun(runId);
  await client.setTags(copy.runId, { [STATE]: "complete" });
  return { copy, isNew: true, filesLeft };
}

/** A run of a sweep belongs to the copy of its parent, which is the older one and has been sent before. */
async function nestingOf(
  client: MlflowClient,
  experimentId: string,
  { tags }: RunRecord,
): Promise<Record<string, string>> {
  const parent = tags[parentTag];
  if (parent === undefined) return {};
  const filter = `tags.\`${ORIGIN}\` = '${parent}'`;
  const [copy] = await client.searchRuns({ experimentIds: [experimentId], filter, limit: 1 });
  return copy === undefined ? {} : { [parentTag]: copy.runId };
}
