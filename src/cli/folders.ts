/** @file Names of the folders in a folder. */

import { readdir } from "node:fs/promises";

/** Sorted; none where the folder does not exist. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
