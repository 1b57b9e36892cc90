/** @file Several files in one folder replaced together: the generation before stays until the new one is whole. */

import { copyFile, link, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  isCode,
  isLeftover,
  renameOver,
  syncFolder,
  temporaryName,
  writeAtomically,
} from "../files/atomic.ts";

/** Sub-folder that keeps the generation before, while and only while a new one is being written. */
export const PREVIOUS = ".previous";

/** Files that belong together. */
export interface NewGeneration {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Names that older generations may have: they go when this one has none. */
  readonly optional: readonly string[];
  /** The file that vouches for the others; it is written after them. */
  readonly last: string;
  /** Tells whether the files in a folder are a whole generation. */
  readonly isWhole: (folder: string) => Promise<boolean>;
}

/**
 * Replaces the files of a folder. At every moment either the folder itself or its `.previous` holds a whole
 * generation:
 *
 * 1. when the folder is whole, its files are linked into `.previous` (when it is not, an earlier call was cut
 *    off, and `.previous` already is the one to keep);
 * 2. files that the new generation lacks are removed, the new ones are written, `last` last;
 * 3. `.previous` is removed.
 */
export async function replaceGeneration(folder: string, generation: NewGeneration): Promise<void> {
  const { files, optional, last, isWhole } = generation;
  await mkdir(folder, { recursive: true });
  const names = [...new Set([...Object.keys(files), ...optional])];
  await removeLeftoverGenerations(folder);
  if (await isWhole(folder)) await keepPrevious(folder, names);
  for (const name of names) {
    if (!(name in files)) await rm(join(folder, name), { force: true });
  }
  for (const name of names) {
    if (name in files && name !== last) await writeAtomically(join(folder, name), files[name]);
  }
  await writeAtomically(join(folder, last), files[last]);
  await rm(join(folder, PREVIOUS), { recursive: true, force: true });
}

async function keepPrevious(folder: string, names: readonly string[]): Promise<void> {
  const previous = join(folder, PREVIOUS);
  const temporary = temporaryName(previous);
  await mkdir(temporary);
  for (const name of names) await linkIfThere(join(folder, name), join(temporary, name));
  await syncFolder(temporary);
  // A folder cannot be renamed over a full one; the folder itself is whole here, so nothing is lost meanwhile.
  await rm(previous, { recursive: true, force: true });
  await renameOver(temporary, previous);
  await syncFolder(folder);
}

/** Files are replaced by renaming and never written in place, so a hard link keeps the old content for free. */
async function linkIfThere(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    // FAT, some network and container file systems have no hard links.
    await copyFile(from, to);
  }
}

async function removeLeftoverGenerations(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isLeftover(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
