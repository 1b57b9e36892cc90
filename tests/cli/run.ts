/** @file Runs the command line as a user does: another process, in a folder of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export const bin = fileURLToPath(new URL("../../bin/l2e.js", import.meta.url));
export const tinyPipeline = fileURLToPath(new URL("../fixtures/tiny.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `l2e` without MLflow's variables, which the tester may have set. */
export function start(
  cwd: string,
  ...words: string[]
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MLFLOW_|FORCE_COLOR)/.test(name)),
  );
  const child = spawn(process.execPath, [bin, ...words], { cwd, env });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
  return { child, finished };
}

export function l2e(cwd: string, ...words: string[]): Promise<Finished> {
  return start(cwd, ...words).finished;
}

/** Every path below a folder. */
export async function paths(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
