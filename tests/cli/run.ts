/** @file Runs the command line: in this process where that is enough, as another process where it is not. */

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { type Started, startProcess } from "../process.ts";

export const tinyPipeline = fileURLToPath(new URL("../fixtures/tiny.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `l2e …` in a folder, without the start of a process; one at a time. */
export async function l2e(cwd: string, ...words: string[]): Promise<Finished> {
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      texts[stream] += text;
      return true;
    }),
  );
  const before = process.cwd();
  for (const name of Object.keys(process.env).filter((name) => name.startsWith("MLFLOW_")))
    vi.stubEnv(name, undefined);
  process.chdir(cwd);
  process.exitCode = 0;
  try {
    await main(words);
    return { code: Number(process.exitCode), ...texts };
  } finally {
    process.exitCode = undefined;
    process.chdir(before);
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** Starts `l2e` as a user does. */
export function start(
  cwd: string,
  ...words: string[]
): Pick<Started, "child" | "texts"> & { readonly finished: Promise<Finished> } {
  const { child, texts, ended } = startProcess(words, { cwd });
  return { child, texts, finished: ended.then(({ signal: _, ...finished }) => finished) };
}

/** Every path below a folder. */
export async function paths(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
