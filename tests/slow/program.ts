/** @file Programs of this folder, each a process of its own, whose memory is theirs alone. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** Runs a program of this folder and reads one line of JSON for every line that it prints. */
export async function lines<T>(name: string, ...args: string[]): Promise<T[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    "--import",
    "tsx",
    program(name),
    ...args,
  ]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}
