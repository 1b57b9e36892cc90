/** @file Metrics are collected and written in the background, in the order in which they were said. */

import type { MetricRow } from "./mlflow/runs.ts";

const LARGEST_BATCH = 1000;
const PERIOD_MS = 1000;

/** Work that goes on behind a training. None of its functions throws. */
export interface BackgroundQueue {
  /** Collects one metric value. */
  add(row: MetricRow): void;
  /** Runs a task after everything said before it. */
  run(task: () => Promise<void>): void;
  /** Resolves when all that was said is done. */
  flush(): Promise<void>;
}

/**
 * A queue that hands over metrics in batches of at most 1000, once a second or when a batch is full. What a
 * write throws goes to `warn`.
 */
export function backgroundQueue(options: {
  readonly write: (rows: readonly MetricRow[]) => Promise<void>;
  readonly warn: (problem: unknown) => void;
}): BackgroundQueue {
  let rows: MetricRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  const enqueue = (task: () => Promise<void>) => {
    last = last.then(task).catch(options.warn);
  };
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    if (rows.length === 0) return;
    const batch = rows;
    rows = [];
    enqueue(() => options.write(batch));
  };
  return {
    add(row) {
      rows.push(row);
      if (rows.length >= LARGEST_BATCH) send();
      // A process that has nothing else to do must not wait for this timer.
      else timer ??= setTimeout(send, PERIOD_MS).unref();
    },
    run(task) {
      send();
      enqueue(task);
    },
    async flush() {
      send();
      await last;
    },
  };
}
