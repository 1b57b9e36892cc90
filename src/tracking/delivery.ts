/** @file The way of a run's records: in the background to the server, or to its stand-in while the server is away. */

import type { Warn } from "./admission.ts";
import type { MlflowClient, MlflowRun } from "./mlflow/client.ts";
import { MlflowError } from "./mlflow/error.ts";
import type { MetricRow } from "./mlflow/runs.ts";
import { type BackgroundQueue, backgroundQueue } from "./queue.ts";
import { type Replay, standIn } from "./standIn.ts";
import type { FinalStatus, RunOptions } from "./tracker.ts";

type Send = () => Promise<void>;

/** Nothing of it throws; all happens in the order in which it was said. */
export interface Delivery {
  /** The run's page, or its folder while the server is away. */
  readonly location: string;
  /** One value of a metric, sent with others. */
  add(row: MetricRow): void;
  /** What explains a run: it is told to the local run as well, whenever that is opened. */
  say(send: Send, replay: Replay): void;
  /** A server that takes numbers may still refuse files: then only these go to the file store. */
  upload(send: Send, replay: Replay): Promise<void>;
  flush(): Promise<void>;
  finish(status: FinalStatus, endTime: number): Promise<void>;
}

export function delivery(given: {
  readonly client: MlflowClient;
  readonly run: MlflowRun;
  readonly options: RunOptions & { readonly root: string };
  readonly warn: Warn;
  readonly warnings: string[];
}): Delivery {
  const { client, run, options, warn } = given;
  const { runId } = run;
  const local = standIn({ ...given, queue: () => queue });
  const deliver = delivering(local, warn);
  const queue: BackgroundQueue = backgroundQueue({
    write: (rows: readonly MetricRow[]) =>
      deliver(
        () => client.logMetrics(runId, rows),
        (tracker) => local.replayMetrics(tracker, rows),
      ),
    warn,
  });
  if (options.runId === runId) queue.run(local.recover);
  return {
    get location() {
      return local.isAway && local.tracker !== undefined ? local.tracker.location : local.serverPage;
    },
    add: queue.add,
    say(send, replay) {
      local.remember(replay);
      queue.run(() => deliver(send, replay));
    },
    upload(send, replay) {
      queue.run(() => upload(local, warn, { send, replay }));
      return queue.flush();
    },
    flush: queue.flush,
    finish(status, endTime) {
      queue.run(async () => {
        await local.tracker?.finish(status);
        if (local.isAway) return await local.close();
        await deliver(
          () => client.updateRun(runId, { state: status, endTime }),
          async (tracker) => {
            await tracker.finish(status);
            await local.close();
          },
        );
      });
      return queue.flush();
    },
  };
}

type StandIn = ReturnType<typeof standIn>;

/** Sends to the server, or to the file store while it is away. A refusal (400) is the record's fault, not the server's. */
function delivering(local: StandIn, warn: Warn) {
  return async (send: Send, replay: Replay): Promise<void> => {
    if (!local.isAway) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof MlflowError) || error.status === 400) return warn(error);
        await local.takeOver(error);
      }
    }
    if (local.tracker !== undefined) await replay(local.tracker);
  };
}

async function upload(
  local: StandIn,
  warn: Warn,
  { send, replay }: { readonly send: Send; readonly replay: Replay },
): Promise<void> {
  if (local.isAway) {
    if (local.tracker !== undefined) await replay(local.tracker);
    return;
  }
  try {
    await send();
  } catch (error) {
    if (!(error instanceof MlflowError)) return warn(error);
    await replay(await local.openFor(error));
  }
}
