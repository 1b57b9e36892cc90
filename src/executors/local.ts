/** @file Tasks as processes of this machine, so many at a time. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Executor, TaskArray } from "./executor.ts";

export interface LocalOptions {
  /** The program and the words that come before those of every task. */
  readonly program: readonly string[];
  /** Processes at a time. */
  readonly workers: number;
  /** Folder of what the tasks print. */
  readonly logs: string;
}

/** Tasks that were handed over. */
interface Running {
  readonly children: Set<ChildProcess>;
  cancelled: boolean;
  /** Whether all of them have succeeded. */
  finished: Promise<boolean>;
}

/** Runs tasks as child processes. */
export function localExecutor({ program, workers, logs }: LocalOptions): Executor {
  const all = new Map<string, Running>();
  const inPool = pool(workers);
  const logOf = (id: string, stage: string, index: number) => join(logs, `${stage}-${id}_${index}.log`);

  async function run(running: Running, log: string, words: readonly string[]): Promise<boolean> {
    if (running.cancelled) return false;
    const file = await open(log, "w");
    try {
      return await new Promise<boolean>((resolve) => {
        const [command, ...first] = program;
        const child = spawn(command, [...first, ...words], { stdio: ["ignore", file.fd, file.fd] });
        running.children.add(child);
        const end = (succeeded: boolean) => {
          running.children.delete(child);
          resolve(succeeded);
        };
        child.on("error", () => end(false));
        child.on("close", (code) => end(code === 0));
      });
    } finally {
      await file.close();
    }
  }

  async function runAll(running: Running, id: string, tasks: TaskArray): Promise<boolean> {
    const before = tasks.after?.ids.map((earlier) => all.get(earlier)?.finished) ?? [];
    if (!(await Promise.all(before)).every(Boolean)) return false;
    const { stage, words, of } = tasks;
    const results = tasks.indices.map((index) =>
      inPool(() => run(running, logOf(id, stage, index), [...words, "--index", `${index}`, "--of", `${of}`])),
    );
    return (await Promise.all(results)).every(Boolean);
  }

  return {
    name: "local",
    async submit(tasks) {
      await mkdir(logs, { recursive: true });
      const id = String(all.size + 1);
      const running: Running = { children: new Set(), cancelled: false, finished: Promise.resolve(false) };
      running.finished = runAll(running, id, tasks);
      all.set(id, running);
      return { ids: [id], tasks, log: (index) => logOf(id, tasks.stage, index) };
    },
    async wait({ ids }) {
      for (const id of ids) await all.get(id)?.finished;
    },
    async cancel({ ids }) {
      for (const id of ids) {
        const running = all.get(id);
        if (running === undefined) continue;
        running.cancelled = true;
        for (const child of running.children) child.kill("SIGTERM");
      }
    },
  };
}

/** Runs what it is given, at most so many at a time, in the order in which it is given. */
function pool(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
