/** @file Tasks as job arrays of a Slurm cluster whose nodes share the folder of the run. */

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../check/check.ts";
import { isCode } from "../files/atomic.ts";
import { commandLine } from "./commandLine.ts";
import type { Executor, Submission, TaskArray } from "./executor.ts";
import { type SlurmOptions, slurmWords } from "./slurmOptions.ts";

export interface SlurmSettings {
  /** The program and the words that come before those of every task, with paths that hold on the nodes. */
  readonly program: readonly string[];
  /** Folder of what the tasks print, which the nodes share. */
  readonly logs: string;
  readonly options: SlurmOptions;
  /** Runs a command of Slurm and gives what it printed; by default that of the machine. */
  readonly call?: (command: string, words: readonly string[], input?: string) => Promise<string>;
}

/** Indices of a job array stay below Slurm's default `MaxArraySize` of 1001: more tasks are more arrays. */
const longestArray = 1000;

/** Seconds between two looks at the queue: short at first, for short jobs. */
const [shortestPause, longestPause] = [0.5, 10];

/**
 * Runs tasks as job arrays. Jobs ask to be warned by SIGUSR2 before their time is over; then they save what they have and put themselves
 * back into the queue. {@link Executor.wait} waits for such jobs too.
 */
export function slurmExecutor({ program, logs, options, call = callSlurm }: SlurmSettings): Executor {
  async function submitArray(tasks: TaskArray, offset: number): Promise<string> {
    const { stage, words, of, after } = tasks;
    const indices = tasks.indices.filter((i) => i >= offset && i < offset + longestArray);
    const index = offset === 0 ? '"$SLURM_ARRAY_TASK_ID"' : `"$((SLURM_ARRAY_TASK_ID + ${offset}))"`;
    // With exec signals come to the program itself, not to a shell that ignores them.
    const script = `#!/bin/sh\nexec ${commandLine([...program, ...words])} --index ${index} --of ${of}\n`;
    const dependency =
      after === undefined ? [] : [`--dependency=afterok:${after.ids.join(":")}`, "--kill-on-invalid-dep=yes"];
    const own = [
      `--job-name=l2e-${stage}`,
      `--comment=${logs}`,
      `--array=${indices.map((i) => i - offset).join(",")}`,
      `--output=${join(logs, `${stage}-%A_%a.log`)}`,
    ];
    const answer = await call(
      "sbatch",
      ["--parsable", ...slurmWords(options, stage), ...own, ...dependency],
      script,
    );
    return answer.trim().split(";")[0];
  }

  /** Cancels what an earlier command for the same folder has left in the queue, and waits until it is gone. */
  async function clearQueue(): Promise<void> {
    const queue = await call("squeue", ["--noheader", "--me", "--format=%A %k"]).catch(() => "");
    const jobs = queue.split("\n").flatMap((line) => {
      const [, id, comment] = /^(\d+) (.*?)\s*$/.exec(line) ?? [];
      return comment === logs ? [id] : [];
    });
    const ids = [...new Set(jobs)];
    if (ids.length === 0) return;
    await executor.cancel({ ids });
    await executor.wait({ ids });
  }

  let cleared: Promise<void> | undefined;
  const executor = {
    name: "slurm",
    async submit(tasks: TaskArray) {
      await mkdir(logs, { recursive: true });
      cleared ??= clearQueue();
      await cleared;
      const offsets = [...new Set(tasks.indices.map((i) => longestArray * Math.floor(i / longestArray)))];
      const jobs = new Map<number, string>();
      for (const offset of offsets) jobs.set(offset, await submitArray(tasks, offset));
      return {
        ids: [...jobs.values()],
        tasks,
        log(index: number) {
          const within = index % longestArray;
          return join(logs, `${tasks.stage}-${jobs.get(index - within)}_${within}.log`);
        },
      };
    },
    async wait({ ids }: Pick<Submission, "ids">) {
      for (let pause = shortestPause; await isQueued(ids, call); pause = Math.min(longestPause, 1.15 * pause))
        await sleep(1000 * pause);
    },
    async cancel({ ids }: Pick<Submission, "ids">) {
      await call("scancel", ids).catch(() => ""); // jobs that have ended are no longer there to be cancelled
    },
  };
  return executor;
}

/** Whether one of these jobs runs or waits. A controller that does not answer has not forgotten them. */
async function isQueued(ids: readonly string[], call: NonNullable<SlurmSettings["call"]>): Promise<boolean> {
  try {
    const queue = await call("squeue", ["--noheader", "--format=%T", `--jobs=${ids.join(",")}`]);
    return queue.trim() !== "";
  } catch (error) {
    return !/invalid job id/i.test((error as Error).message);
  }
}

function callSlurm(command: string, words: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(isCode(error, "ENOENT") ? error : new Error(`${command}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.on("error", () => undefined); // a command that does not start reads nothing; the callback says why
    child.stdin?.end(input);
  }).catch((error: unknown) => {
    check(
      !isCode(error, "ENOENT"),
      () =>
        `${command}: there is no such command. Submit from a machine of the cluster, or run here: --executor local.`,
    );
    throw error;
  }) as Promise<string>;
}
