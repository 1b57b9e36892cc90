/**
 * @file Ctrl-C and SIGTERM: the first asks the work to stop at a safe place, the second stops at once. SIGUSR2 is Slurm's warning that the
 * time is nearly over: the work stops too, and the job goes back into the queue.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { exitCodes } from "./failure.ts";

const stopping: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** Windows has neither Slurm nor its signal. */
const warning: readonly NodeJS.Signals[] = process.platform === "win32" ? [] : ["SIGUSR2"];

/**
 * Runs work that stops when its signal is raised. Gives undefined when it was interrupted.
 *
 * @param goesOn asked after a warning: whether the same job would go on with the work, and not begin it anew. It is requeued then.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  goesOn: () => boolean = () => false,
): Promise<T | undefined> {
  const controller = new AbortController();
  let warned = false;
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  const warn = () => {
    warned = true;
    controller.abort();
  };
  for (const signal of stopping) process.on(signal, stop);
  for (const signal of warning) process.on(signal, warn);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || !isAbort(error, controller.signal)) throw error;
    if (warned && goesOn()) await requeueOwnJob();
    return undefined;
  } finally {
    for (const signal of stopping) process.off(signal, stop);
    for (const signal of warning) process.off(signal, warn);
  }
}

/** Puts the Slurm job that this process is back into the queue. Slurm ends it then, and starts it again when it can. */
async function requeueOwnJob(): Promise<void> {
  const job = process.env["SLURM_JOB_ID"];
  if (job === undefined) return;
  process.stderr.write(`the time is nearly over: job ${job} goes back into the queue and on from here\n`);
  await promisify(execFile)("scontrol", ["requeue", job]).catch((error: Error) => {
    process.stderr.write(`warning: it could not be requeued: ${error.message.trim().split("\n").at(-1)}\n`);
  });
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}
