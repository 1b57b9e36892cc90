/** @file A piece of work within a run: opened before, and left in a state that says how it ended. */

import { type OpenRun, openRun, type RunOptions } from "./openRun.ts";

/**
 * Opens a run for a piece of work. Where the work is not the run's last, the run stays `running`, and whoever comes next opens it again;
 * where the signal is raised it is marked as interrupted, and the signal's reason is thrown.
 *
 * @returns what the work gave, and what went wrong with the tracking meanwhile.
 */
export async function inRun<T>(
  options: RunOptions,
  after: "running" | "finished",
  work: (run: OpenRun) => Promise<T>,
): Promise<{ readonly result: T; readonly warnings: readonly string[] }> {
  const run = await openRun(options);
  try {
    const result = await work(run);
    await run.update({ state: after });
    await run.tracker.finish(after === "finished" ? "FINISHED" : "KILLED");
    return { result, warnings: run.tracker.warnings };
  } catch (error) {
    const interrupted = run.signal.aborted;
    await run.update({ state: interrupted ? "interrupted" : "failed" }).catch(() => undefined);
    await run.tracker.finish(interrupted ? "KILLED" : "FAILED");
    throw error;
  } finally {
    await run.close();
  }
}
