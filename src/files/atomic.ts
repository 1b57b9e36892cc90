/** @file Files that are either the old ones or the new ones whole, whenever the process is killed. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** What a stream of bytes amounted to. */
export interface WrittenFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const LEFTOVER = /\.tmp-[0-9a-f]+$/;

/** True of the temporary names that a killed writer leaves behind. Readers skip them. */
export function isLeftover(name: string): boolean {
  return LEFTOVER.test(name);
}

/** A name beside `path` for a file or folder under construction: `<path>.tmp-<unique>`. */
export function temporaryName(path: string): string {
  return `${path}.tmp-${randomBytes(6).toString("hex")}`;
}

/** Replaces the file at `path` in one step. The folder is made when missing. */
export async function writeAtomically(path: string, contents: Uint8Array | string): Promise<void> {
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  await writeStreamAtomically(path, [bytes]);
}

/**
 * Replaces the file at `path` by what the chunks make up, once the last one is on the disk. When the source
 * of the chunks throws, nothing is left behind and the old file stays.
 *
 * @param options.accept asked with the finished size and hash; when it throws, the old file stays.
 */
export async function writeStreamAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly accept?: (written: WrittenFile) => void | Promise<void> } = {},
): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    const written = await writeThrough(temporary, chunks);
    await options.accept?.(written);
    await renameOver(temporary, path);
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    // What went wrong first is what counts; a disk that fails may refuse this too.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * A file in pieces. It is opened when the first piece is asked for: a stream made earlier would report a
 * missing file at a moment when nobody listens, which ends the process.
 */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  yield* createReadStream(path);
}

/**
 * Removes what killed writers left in a folder and below, and returns the paths removed. Call it only while
 * nobody writes there: a live writer's temporary file looks the same.
 */
export async function removeLeftovers(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isLeftover(entry.name)) {
      await rm(path, { recursive: true, force: true });
      removed.push(path);
    } else if (entry.isDirectory()) {
      removed.push(...(await removeLeftovers(path)));
    }
  }
  return removed.sort();
}

/** Makes the entries of a folder durable. Windows cannot open folders, and some network file systems refuse: there it does nothing. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await naming(folder, handle.sync());
  } catch (error) {
    if (!isCode(error, "EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "EBADF")) throw error;
  } finally {
    await handle?.close();
  }
}

/** Renames over an existing file. On Windows a virus scanner or an indexer may hold the target for a moment, so it is tried again. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt === 5 || !isCode(error, "EPERM", "EACCES", "EBUSY")) throw error;
      await wait(20 * 2 ** attempt);
    }
  }
}

/** What reads or writes an open file fails without the file's name: it is put into the error. */
export async function naming<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "syscall" in error && !("path" in error)) Object.assign(error, { path });
    throw error;
  }
}

/** True when the error carries one of these system codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && codes.includes(code);
}

async function writeThrough(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<WrittenFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(path, "wx");
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await naming(path, writeWhole(handle, chunk));
    }
    await naming(path, handle.sync());
  } finally {
    await naming(path, handle.close());
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** One write may take fewer bytes than offered (a full pipe, more than 2 GiB at once). */
async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, offset, Math.min(chunk.byteLength - offset, 2 ** 30));
    offset += bytesWritten;
  }
}
