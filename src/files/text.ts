/** @file Text that may be there or not. */

import { readFile } from "node:fs/promises";
import { isCode, naming } from "./atomic.ts";

/** The text of a file; undefined where there is no file. Rejects with the system's error where it cannot be read. */
export async function readTextIfAny(path: string): Promise<string | undefined> {
  try {
    return await naming(path, readFile(path, "utf8"));
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
