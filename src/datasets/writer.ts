/** @file Density snapshots to the bytes of an Arrow IPC file, one record batch at a time. */

import * as arrow from "apache-arrow";
import { check } from "../check/check.ts";
import type { Floats } from "../measures/cloud.ts";
import { floatsType, positionsType, type Snapshot, type SnapshotFormat, snapshotSchema } from "./schema.ts";

/** Counts of what has been written so far. */
export interface SnapshotTally {
  snapshots: number;
  /** Particles of all snapshots together. */
  rows: number;
}

/**
 * The bytes of an Arrow IPC file that holds these snapshots, in pieces, so that memory holds one snapshot at a
 * time. The same snapshots give the same bytes. `tally` is filled in on the way.
 */
export async function* snapshotBytes(
  snapshots: Iterable<Snapshot> | AsyncIterable<Snapshot>,
  format: SnapshotFormat,
  tally: SnapshotTally,
): AsyncGenerator<Uint8Array> {
  const schema = snapshotSchema(format);
  const writer = new arrow.RecordBatchFileWriter();
  // Writes the schema also when no batch follows.
  writer.reset(undefined, schema);
  const chunks = writer[Symbol.asyncIterator]();
  let pending = chunks.next();
  for await (const snapshot of snapshots) {
    writer.write(snapshotBatch(snapshot, format, schema));
    tally.snapshots += 1;
    tally.rows += snapshot.logDensity.length;
    const drained = await drain(chunks, pending);
    pending = drained.pending;
    yield drained.bytes;
  }
  writer.finish();
  for (let next = await pending; !next.done; next = await chunks.next()) yield next.value;
}

type Chunks = AsyncIterator<Uint8Array>;

/** Takes what the writer has queued. Queued chunks arrive as microtasks, so an idle turn of the loop means that none is left. */
async function drain(chunks: Chunks, first: Promise<IteratorResult<Uint8Array>>) {
  const taken: Uint8Array[] = [];
  let pending = first;
  for (;;) {
    const next = await Promise.race([
      pending,
      new Promise<undefined>((idle) => setImmediate(() => idle(undefined))),
    ]);
    if (next === undefined || next.done) return { bytes: Buffer.concat(taken), pending };
    taken.push(next.value);
    pending = chunks.next();
  }
}

/** One snapshot as a record batch of one row. Errors name the snapshot and the field. */
function snapshotBatch(snapshot: Snapshot, format: SnapshotFormat, schema: arrow.Schema): arrow.RecordBatch {
  checkSnapshot(snapshot, format);
  const { dimension } = format;
  const children = [
    int32(snapshot.trajectory),
    int32(snapshot.step),
    float64(snapshot.time),
    float64(snapshot.tau),
    listOfPoints(snapshot.positions, dimension),
    listOfFloats(snapshot.logDensity),
    ...(format.weights ? [listOfFloats(snapshot.weights ?? [])] : []),
    arrow.makeData({
      type: new arrow.Int64(),
      length: 1,
      nullCount: 0,
      data: BigInt64Array.of(BigInt(snapshot.seed)),
    }),
    text(snapshot.source),
    ...(format.parameters ?? []).map((name) => float64(snapshot.parameters?.[name] ?? Number.NaN)),
  ];
  const struct = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({ type: struct, length: 1, nullCount: 0, children }));
}

function checkSnapshot(snapshot: Snapshot, format: SnapshotFormat): void {
  const where = () => `snapshot of trajectory ${snapshot.trajectory}, step ${snapshot.step}`;
  const { positions, logDensity, weights, seed, parameters = {} } = snapshot;
  const count = logDensity.length;
  for (const field of ["trajectory", "step"] as const) {
    const value = snapshot[field];
    check(
      Number.isInteger(value) && Math.abs(value) < 2 ** 31,
      () => `${where()}: ${field} must be a 32-bit integer, got ${value}`,
    );
  }
  check(Number.isSafeInteger(seed), () => `${where()}: seed must be a safe integer, got ${seed}`);
  check(count > 0, () => `${where()}: there must be at least one particle`);
  check(
    positions.length === count * format.dimension,
    () =>
      `${where()}: positions must hold ${count} x ${format.dimension} numbers (one row a log-density), got ${positions.length}`,
  );
  check(
    (weights?.length ?? 0) === (format.weights ? count : 0),
    () =>
      `${where()}: weights must hold ${format.weights ? `${count} numbers` : "nothing in this format"}, got ${weights?.length ?? 0}`,
  );
  const names = [...(format.parameters ?? [])].sort();
  const given = Object.keys(parameters).sort();
  check(
    names.join() === given.join(),
    () => `${where()}: parameters must be [${names.join(", ")}], got [${given.join(", ")}]`,
  );
}

function int32(value: number) {
  return arrow.makeData({ type: new arrow.Int32(), length: 1, nullCount: 0, data: Int32Array.of(value) });
}

function float64(value: number) {
  return arrow.makeData({ type: new arrow.Float64(), length: 1, nullCount: 0, data: Float64Array.of(value) });
}

function text(value: string) {
  const data = new TextEncoder().encode(value);
  const valueOffsets = Int32Array.of(0, data.length);
  return arrow.makeData({ type: new arrow.Utf8(), length: 1, nullCount: 0, data, valueOffsets });
}

function floats(values: Floats | readonly number[]) {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return arrow.makeData({ type: new arrow.Float32(), length: data.length, nullCount: 0, data });
}

function listOfFloats(values: Floats | readonly number[]) {
  const child = floats(values);
  const valueOffsets = Int32Array.of(0, child.length);
  return arrow.makeData({ type: floatsType(), length: 1, nullCount: 0, valueOffsets, child });
}

function listOfPoints(positions: Floats, dimension: number) {
  const type = positionsType(dimension);
  const child = floats(positions);
  const count = child.length / dimension;
  const points = arrow.makeData({ type: type.children[0].type, length: count, nullCount: 0, child });
  return arrow.makeData({
    type,
    length: 1,
    nullCount: 0,
    valueOffsets: Int32Array.of(0, count),
    child: points,
  });
}
