/** @file Has tasks carried out until their files are there: what is missing, and that alone, is submitted again. */

import { readFile } from "node:fs/promises";
import type { Executor, Submission, TaskArray } from "./executor.ts";

/** Tasks, and how to tell which of them are not done. */
export interface Stage {
  readonly tasks: Omit<TaskArray, "indices" | "after">;
  /** Indices of the tasks whose files are not all there and whole. */
  missing(): Promise<readonly number[]>;
}

export interface CompleteOptions {
  /** How often a task is submitted before it is given up. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly note: (message: string) => void;
}

/** What has been tried: for each task the logs of its attempts. */
type Tried = Map<number, string[]>;

/**
 * Has stages carried out, each after the one before. All that is missing is submitted at once, a stage on the condition that the one before
 * it succeeds; then the files are looked at, and so on until none is missing.
 *
 * @throws Error naming the tasks that were submitted `options.attempts` times, and their logs.
 */
export async function completeStages(
  executor: Executor,
  stages: readonly Stage[],
  options: CompleteOptions,
): Promise<void> {
  const tried: Tried[] = stages.map(() => new Map());
  for (let pass = 0; ; pass++) {
    options.signal.throwIfAborted();
    const missing = await Promise.all(stages.map((stage) => stage.missing()));
    if (missing.every((indices) => indices.length === 0)) return;
    const first = missing.findIndex((indices) => indices.length > 0);
    await giveUp(stages[first], missing[first], { tried: tried[first], attempts: options.attempts });
    if (pass > 0) options.note(`again: ${describe(stages[first].tasks, missing[first])}`);
    const submitted = await submitAll(executor, stages, missing);
    // Those behind the first have had no chance to fail where it did.
    for (const index of missing[first])
      tried[first].set(index, [...(tried[first].get(index) ?? []), submitted[0].log(index)]);
    await waitFor(executor, submitted, options.signal);
  }
}

async function submitAll(
  executor: Executor,
  stages: readonly Stage[],
  missing: readonly (readonly number[])[],
): Promise<Submission[]> {
  const submitted: Submission[] = [];
  for (const [k, { tasks }] of stages.entries()) {
    if (missing[k].length === 0) continue;
    const after = submitted.at(-1);
    submitted.push(
      await executor.submit({ ...tasks, indices: missing[k], ...(after === undefined ? {} : { after }) }),
    );
  }
  return submitted;
}

/** Waits for tasks; where the signal is raised they are cancelled, waited for, and the signal's reason is thrown. */
async function waitFor(
  executor: Executor,
  submitted: readonly Submission[],
  signal: AbortSignal,
): Promise<void> {
  let cancelled: Promise<unknown> = Promise.resolve();
  const cancel = () => {
    cancelled = Promise.all(submitted.map((submission) => executor.cancel(submission)));
  };
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  try {
    for (const submission of submitted) await executor.wait(submission);
    await cancelled;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
  signal.throwIfAborted();
}

/** Throws where a task has been tried often enough. */
async function giveUp(
  { tasks }: Stage,
  missing: readonly number[],
  { tried, attempts }: { readonly tried: Tried; readonly attempts: number },
): Promise<void> {
  const hopeless = missing.filter((index) => (tried.get(index)?.length ?? 0) >= attempts);
  if (hopeless.length === 0) return;
  const logs = hopeless.map((index) => tried.get(index)?.at(-1) as string);
  const said = await lastLine(logs[0]);
  throw new Error(
    `${describe(tasks, hopeless)}: submitted ${attempts} times and not done. ` +
      `${said === undefined ? "" : `The first says "${said}". `}What they printed: ${logs.slice(0, 8).join(", ")}` +
      `${logs.length > 8 ? ` and ${logs.length - 8} more` : ""}. What is done is kept: mend the cause and go on with --resume.`,
  );
}

function describe({ stage, of }: Stage["tasks"], indices: readonly number[]): string {
  const shown = indices.slice(0, 16).join(", ") + (indices.length > 16 ? ", …" : "");
  return `${stage}, ${indices.length === 1 ? "shard" : "shards"} ${shown} of ${of}`;
}

async function lastLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").at(-1) || undefined;
}
