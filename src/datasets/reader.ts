/** @file Density snapshots from an Arrow IPC file, one at a time, as views on the bytes that were read. */

import { type FileHandle, open } from "node:fs/promises";
import * as arrow from "apache-arrow";
import { check, InputError } from "../check/check.ts";
import { isCode, naming } from "../files/atomic.ts";
import { boundLists } from "./boundLists.ts";
import { formatOfSchema, parameterColumn, type Snapshot, type SnapshotFormat } from "./schema.ts";

/** A snapshot read back; it is a cloud, and its arrays are views that share memory with nothing else. */
export interface StoredSnapshot extends Snapshot {
  readonly dimension: number;
  readonly count: number;
  readonly positions: Float32Array;
  readonly logDensity: Float32Array;
  readonly weights?: Float32Array;
  readonly parameters: Readonly<Record<string, number>>;
}

/** An open file of snapshots. */
export interface SnapshotFile extends AsyncIterable<StoredSnapshot> {
  readonly path: string;
  readonly format: SnapshotFormat;
  /** Number of snapshots. */
  readonly count: number;
  /** The snapshot at an index, at the cost of that snapshot alone. */
  read(index: number): Promise<StoredSnapshot>;
  close(): Promise<void>;
}

/**
 * Opens a file of density snapshots. Throws {@link InputError} when it is missing, truncated, not an Arrow
 * file, or an Arrow file of something else.
 */
export async function openSnapshots(path: string): Promise<SnapshotFile> {
  return openedArrow(path, async (handle, reader) => {
    const format = await guarded(async () => formatOfSchema(reader.schema, path), path);
    const count = await guarded(async () => reader.numRecordBatches, path);
    const read = async (index: number) => {
      check(
        Number.isInteger(index) && index >= 0 && index < count,
        () => `${path}: there is no snapshot ${index}; it holds ${count}, counted from 0.`,
      );
      const batch = await guarded(() => reader.readRecordBatch(index), path);
      check(batch !== null && batch.numRows === 1, () => `${path}: snapshot ${index} is not one row`);
      const snapshot = await guarded(async () => snapshotOf(batch, format), path);
      checkSizes(snapshot, `${path} is damaged: snapshot ${index}`);
      return snapshot;
    };
    async function* all() {
      for (let index = 0; index < count; index++) yield await read(index);
    }
    return { path, format, count, read, close: () => handle.close(), [Symbol.asyncIterator]: all };
  });
}

/** Opens an Arrow file for what is made of it, which is to close the handle; where it cannot be made the handle is closed at once. */
export async function openedArrow<T>(
  path: string,
  make: (handle: FileHandle, reader: Awaited<ReturnType<typeof openArrow>>) => Promise<T>,
): Promise<T> {
  const handle = await openExisting(path);
  try {
    await checkMagics(handle, path);
    return await make(handle, await openArrow(handle, path));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** All snapshots of a file at once. */
export async function readSnapshots(
  path: string,
): Promise<{ readonly format: SnapshotFormat; readonly snapshots: readonly StoredSnapshot[] }> {
  const file = await openSnapshots(path);
  try {
    const snapshots: StoredSnapshot[] = [];
    for await (const snapshot of file) snapshots.push(snapshot);
    return { format: file.format, snapshots };
  } finally {
    await file.close();
  }
}

/**
 * Refuses a file that does not open and close with `ARROW1`. Without this a file cut off by a crash shows up
 * as a null dereference inside the Arrow library.
 */
async function checkMagics(handle: FileHandle, path: string): Promise<void> {
  const { size } = await handle.stat();
  check(size > 0, () => `${path} is empty.`);
  const head = await textAt(handle, 0, path);
  check(head === "ARROW1", () => `${path} is not an Arrow IPC file: it does not begin with ARROW1.`);
  const tail = size >= 12 ? await textAt(handle, size - 6, path) : "";
  check(
    tail === "ARROW1",
    () =>
      `${path} is truncated: it begins as an Arrow IPC file of which the end is missing (${size} bytes are there). Write or copy it again.`,
  );
}

async function textAt(handle: FileHandle, position: number, path: string): Promise<string> {
  const { buffer, bytesRead } = await naming(path, handle.read(new Uint8Array(6), 0, 6, position));
  return String.fromCharCode(...buffer.subarray(0, bytesRead));
}

/** Opens a file to read it. Throws {@link InputError} where there is none. */
async function openExisting(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isCode(error, "ENOENT")) throw new InputError(`${path} does not exist.`);
    throw error;
  }
}

/** The Arrow library's reader of an open file. */
async function openArrow(handle: FileHandle, path: string) {
  boundLists();
  const reader = await guarded(async () => {
    const opened = await arrow.RecordBatchReader.from(handle);
    return await opened.open();
  }, path);
  check(reader.isFile() && reader.isAsync(), () => `${path} is not an Arrow IPC file.`);
  return reader as unknown as arrow.AsyncRecordBatchFileReader;
}

/** The Arrow library reports damaged bytes by whatever goes wrong first; the user is told which file it was. */
async function guarded<T>(body: () => Promise<T>, path: string): Promise<T> {
  try {
    return await naming(path, body());
  } catch (error) {
    // A disk that fails is no fault of the bytes.
    if (error instanceof InputError || (error instanceof Error && "syscall" in error)) throw error;
    throw new InputError(`${path} is damaged: ${error instanceof Error ? error.message : error}.`);
  }
}

function snapshotOf(batch: arrow.RecordBatch, format: SnapshotFormat): StoredSnapshot {
  const cell = (name: string) => batch.getChild(name)?.get(0);
  const positions = listedFloats(batch, "positions");
  const logDensity = listedFloats(batch, "logDensity");
  return {
    dimension: format.dimension,
    count: logDensity.length,
    trajectory: cell("trajectory"),
    step: cell("step"),
    time: cell("time"),
    tau: cell("tau"),
    positions,
    logDensity,
    ...(format.weights ? { weights: listedFloats(batch, "weights") } : {}),
    seed: Number(cell("seed")),
    source: cell("source"),
    parameters: Object.fromEntries(
      (format.parameters ?? []).map((name) => [name, cell(parameterColumn(name))]),
    ),
  };
}

/** Lists whose ends were changed still read, but not as one density. */
function checkSizes({ positions, logDensity, weights, dimension }: StoredSnapshot, where: string): void {
  const count = logDensity.length;
  check(
    positions.length === count * dimension && (weights === undefined || weights.length === count),
    () => `${where} has ${positions.length} coordinates in ${dimension} dimensions for ${count} particles.`,
  );
}

/** The numbers of the one list in a column, nested or not, without a copy. */
function listedFloats(batch: arrow.RecordBatch, name: string): Float32Array {
  const list = batch.getChild(name)?.data[0] as arrow.Data<arrow.List>;
  const [begin, end] = list.valueOffsets;
  let items: arrow.Data = list.children[0];
  let width = 1;
  if (items.type instanceof arrow.FixedSizeList) {
    width = items.type.listSize;
    items = items.children[0];
  }
  // The buffer is padded to a multiple of eight bytes, so its length says nothing.
  return (items.values as Float32Array).subarray(begin * width, end * width);
}
