/** @file Runs of particles of single snapshots, read where they lie in an Arrow IPC file: memory holds what is asked for and no more. */

import type { FileHandle } from "node:fs/promises";
import * as arrow from "apache-arrow";
import { check, InputError } from "../check/check.ts";
import { openedArrow } from "./reader.ts";
import { formatOfSchema } from "./schema.ts";

/** Where a snapshot lies in its file, in bytes; what a pool remembers of a snapshot that it does not hold. */
export interface SnapshotPlace {
  /** Steps that led to it. */
  readonly step: number;
  /** Particles. */
  readonly count: number;
  readonly positions: number;
  readonly logDensity: number;
}

/** Consecutive particles of one snapshot. */
export interface SnapshotRows {
  /** Row-major `[count, dimension]`. */
  readonly positions: Float32Array;
  readonly logDensity: Float32Array;
}

/** An open file of snapshots of which single particles are read. Reads may run at the same time. */
export interface RowFile {
  readonly path: string;
  readonly dimension: number;
  /** Every snapshot, in the order of writing. */
  readonly places: readonly SnapshotPlace[];
  /** Particles `start … start + count` of a snapshot. */
  read(place: SnapshotPlace, rows: { readonly start: number; readonly count: number }): Promise<SnapshotRows>;
  close(): Promise<void>;
}

/**
 * Opens a file of density snapshots and notes where each of them lies: some hundred bytes are read of each.
 *
 * @throws InputError when the file is missing, truncated, damaged, compressed, or of something else.
 */
export async function openRows(path: string): Promise<RowFile> {
  return openedArrow(path, async (handle, reader) => {
    const { dimension } = formatOfSchema(reader.schema, path);
    const columns = columnsOf(reader.schema);
    const places: SnapshotPlace[] = [];
    for (let index = 0; index < reader.numRecordBatches; index++) {
      const block = reader.footer?.getRecordBatch(index);
      check(block != null, () => `${path} is damaged: its footer does not say where snapshot ${index} lies.`);
      places.push(await placeOf({ handle, path, index }, block, { ...columns, dimension }));
    }
    return {
      path,
      dimension,
      places,
      async read(place, { start, count }) {
        check(
          start >= 0 && count >= 0 && start + count <= place.count,
          () =>
            `${path}: there are no particles ${start} to ${start + count} in a snapshot of ${place.count}.`,
        );
        const [positions, logDensity] = await Promise.all([
          floatsAt(handle, path, {
            offset: place.positions + 4 * start * dimension,
            count: count * dimension,
          }),
          floatsAt(handle, path, { offset: place.logDensity + 4 * start, count }),
        ]);
        return { positions, logDensity };
      },
      close: () => handle.close(),
    };
  });
}

/** Numbers of the buffers and of the nodes, in the order of the format, that hold the columns that are looked at. */
interface Columns {
  readonly step: number;
  readonly positions: Column;
  readonly logDensity: Column;
}

interface Column {
  /** Buffer of the list's offsets. */
  readonly offsets: number;
  /** Buffer of the numbers themselves. */
  readonly values: number;
  /** Node of the numbers themselves. */
  readonly node: number;
}

/** Arrow flattens nested columns depth first; every type has a fixed number of buffers and one node. */
function columnsOf(schema: arrow.Schema): Columns {
  const firstBuffers = new Map<string, number>();
  const firstNodes = new Map<string, number>();
  let [buffers, nodes] = [0, 0];
  for (const { name, type } of schema.fields) {
    firstBuffers.set(name, buffers);
    firstNodes.set(name, nodes);
    const own = flattened(type);
    buffers += own.buffers;
    nodes += own.nodes;
  }
  const bufferOf = (name: string) => firstBuffers.get(name) as number;
  const nodeOf = (name: string) => firstNodes.get(name) as number;
  return {
    step: bufferOf("step") + 1,
    positions: {
      offsets: bufferOf("positions") + 1,
      values: bufferOf("positions") + 4,
      node: nodeOf("positions") + 2,
    },
    logDensity: {
      offsets: bufferOf("logDensity") + 1,
      values: bufferOf("logDensity") + 3,
      node: nodeOf("logDensity") + 1,
    },
  };
}

function flattened(type: arrow.DataType): { readonly buffers: number; readonly nodes: number } {
  const own =
    arrow.DataType.isFixedSizeList(type) || arrow.DataType.isStruct(type) ? 1 : hasOffsets(type) ? 3 : 2;
  const children = (type.children ?? []).map((child) => flattened(child.type));
  return {
    // A list has its validity and its offsets; a text has its characters besides.
    buffers: children.reduce((sum, child) => sum + child.buffers, arrow.DataType.isList(type) ? 2 : own),
    nodes: children.reduce((sum, child) => sum + child.nodes, 1),
  };
}

function hasOffsets(type: arrow.DataType): boolean {
  return arrow.DataType.isUtf8(type) || arrow.DataType.isBinary(type);
}

type Block = { readonly offset: number; readonly metaDataLength: number; readonly bodyLength: number };

/** Reads the head of one record batch: the message, and the few numbers at the beginning of its body. */
async function placeOf(
  at: { readonly handle: FileHandle; readonly path: string; readonly index: number },
  block: Block,
  columns: Columns & { readonly dimension: number },
): Promise<SnapshotPlace> {
  const { handle, path, index } = at;
  const body = block.offset + block.metaDataLength;
  const head = await bytesAt(handle, path, { offset: block.offset, count: block.metaDataLength });
  const batch = headerOf(head, path, index);
  check(
    batch.compression === null,
    () =>
      `${path} is compressed: single particles can only be read of a file that is not. Write it without compression.`,
  );
  check(batch.length === 1, () => `${path}: snapshot ${index} is not one row.`);
  const bufferAt = (buffer: number) => body + batch.buffers[buffer].offset;
  const integersAt = async (buffer: number, count: number) => {
    const { buffer: bytes } = await bytesAt(handle, path, { offset: bufferAt(buffer), count: 4 * count });
    return new Int32Array(bytes);
  };
  const [step] = await integersAt(columns.step, 1);
  const [points, densities] = await Promise.all([
    integersAt(columns.positions.offsets, 2),
    integersAt(columns.logDensity.offsets, 2),
  ]);
  const count = densities[1] - densities[0];
  const values = batch.nodes[columns.positions.node].length / columns.dimension;
  check(
    count > 0 &&
      points[1] - points[0] === count &&
      points[1] <= values &&
      densities[1] <= batch.nodes[columns.logDensity.node].length,
    () => `${path} is damaged: snapshot ${index} has positions and log-densities of different particles.`,
  );
  return {
    step,
    count,
    positions: bufferAt(columns.positions.values) + 4 * points[0] * columns.dimension,
    logDensity: bufferAt(columns.logDensity.values) + 4 * densities[0],
  };
}

/** The header of a record batch; before it stand a mark of four bytes and the length. */
function headerOf(head: Uint8Array, path: string, index: number) {
  try {
    const message = arrow.Message.decode(head.subarray(8));
    if (message.isRecordBatch()) return message.header();
  } catch {
    // falls through to the one message below
  }
  throw new InputError(`${path} is damaged: where snapshot ${index} should lie there is none.`);
}

async function floatsAt(
  handle: FileHandle,
  path: string,
  range: { readonly offset: number; readonly count: number },
): Promise<Float32Array> {
  const bytes = await bytesAt(handle, path, { offset: range.offset, count: 4 * range.count });
  return new Float32Array(bytes.buffer);
}

async function bytesAt(
  handle: FileHandle,
  path: string,
  range: { readonly offset: number; readonly count: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(range.count);
  const { bytesRead } = await handle.read(bytes, 0, range.count, range.offset);
  check(
    bytesRead === range.count,
    () => `${path} is damaged: it ends before byte ${range.offset + range.count}.`,
  );
  return bytes;
}
