/** @file `l2e` as a process of its own, for tests and for what is no test of Vitest's. */

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/l2e.js", import.meta.url));

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly texts: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
}

/**
 * Starts `l2e` as a user does, who has no tracking server.
 *
 * @param options.env added to the environment.
 * @param options.patience milliseconds after which it is aborted; for ever where this is left out.
 */
export function startProcess(
  words: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly patience?: number;
  } = {},
): Started {
  const { env, patience, ...place } = options;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(MLFLOW_|FORCE_COLOR)/.test(name));
  const child = spawn(process.execPath, [bin, ...words], {
    ...place,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  const timer = patience === undefined ? undefined : setTimeout(() => child.kill("SIGABRT"), patience);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...texts });
    });
  });
  return { child, texts, ended };
}
