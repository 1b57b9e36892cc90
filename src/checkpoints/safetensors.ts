/** @file Tensors by name in one file, in the safetensors format that Python, Rust and browsers read. */

import { readFile } from "node:fs/promises";
import { check, InputError } from "../check/check.ts";
import { isCode, writeAtomically } from "../files/atomic.ts";

/** Row-major numbers on the host. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** A tensor on the host; an empty shape is a scalar. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type HostTensors = Readonly<Record<string, HostTensor>>;

/** What a safetensors file holds. */
export interface SafetensorsContents {
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const TYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

type DType = keyof typeof TYPES;

const METADATA = "__metadata__";
const LONGEST_HEADER = 100_000_000;

/**
 * The bytes of a safetensors file: the header's length as a little-endian 64-bit integer, the header as JSON,
 * padded with spaces so that the data starts at a multiple of 8, then the data.
 *
 * The format allows no gap between tensors, so alignment comes from the order: eight-byte types first, then
 * four-byte ones, each by name. The same tensors give the same bytes.
 */
export function encodeSafetensors(
  tensors: HostTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const width = (name: string) => tensors[name].data.BYTES_PER_ELEMENT;
  const names = Object.keys(tensors).sort((a, b) => width(b) - width(a) || (a < b ? -1 : 1));
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA, sortedByKey(metadata)]);
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    checkShape(name, shape, data.length);
    const begin = end;
    end += data.byteLength;
    entries.push([name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  bytes.set(json, 8);
  let offset = 8 + headerLength;
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors in the bytes of a safetensors file, as views on those bytes where they are aligned.
 *
 * @param where names the file in messages. Throws `InputError` naming the tensor for types other than F32,
 * F64, I32 and I64, for offsets that overlap, leave gaps or run past the end, and for truncated files.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): SafetensorsContents {
  const { header, start } = readHeader(bytes, where);
  const metadata = metadataIn(header, where);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => [name, headerEntry(name, entry, where)] as const)
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const size = bytes.length - start;
  let expected = 0;
  const tensors = entries.map(([name, entry]) => {
    const [begin, end] = entry.data_offsets;
    check(
      begin === expected,
      () =>
        `${where}: tensor "${name}" begins at byte ${begin} of the data, expected ${expected}: tensors must follow one another without gaps.`,
    );
    check(
      end <= size,
      () => `${where} is truncated: tensor "${name}" ends at byte ${end} of the data, and ${size} are there.`,
    );
    expected = end;
    return [name, { shape: entry.shape, data: numbersAt(bytes, start + begin, entry) }] as const;
  });
  check(
    expected === size,
    () => `${where}: ${size - expected} bytes follow the last tensor, and none are expected.`,
  );
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Writes a safetensors file atomically. */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeAtomically(path, encodeSafetensors(tensors, metadata));
}

/** Reads a safetensors file; see {@link decodeSafetensors}. */
export async function readSafetensors(path: string): Promise<SafetensorsContents> {
  const bytes = await readFile(path).catch((error) => {
    if (isCode(error, "ENOENT")) throw new InputError(`${path} does not exist.`);
    throw error;
  });
  return decodeSafetensors(bytes, path);
}

function readHeader(bytes: Uint8Array, where: string) {
  check(bytes.length >= 8, () => `${where} is not a safetensors file: it has ${bytes.length} bytes.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  check(
    length <= BigInt(LONGEST_HEADER),
    () => `${where} is not a safetensors file: its header would have ${length} bytes.`,
  );
  const start = 8 + Number(length);
  check(
    start <= bytes.length,
    () =>
      `${where} is truncated or not a safetensors file: the header should end at byte ${start}, and ${bytes.length} are there.`,
  );
  const header = jsonIn(bytes.subarray(8, start));
  check(
    typeof header === "object" && header !== null && !Array.isArray(header),
    () => `${where} is not a safetensors file: its header is not a JSON object.`,
  );
  return { header: header as Record<string, unknown>, start };
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function metadataIn(header: Record<string, unknown>, where: string): Record<string, string> {
  const metadata = header[METADATA] ?? {};
  check(
    typeof metadata === "object" && Object.values(metadata).every((value) => typeof value === "string"),
    () => `${where}: ${METADATA} must hold texts only.`,
  );
  return metadata as Record<string, string>;
}

function headerEntry(name: string, value: unknown, where: string): HeaderEntry {
  const entry = (value ?? {}) as Partial<HeaderEntry>;
  const { dtype, shape, data_offsets: offsets } = entry;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  check(
    typeof dtype === "string" && Object.hasOwn(TYPES, dtype),
    () => `${where}: tensor "${name}" has type ${dtype}; ${Object.keys(TYPES).join(", ")} can be read.`,
  );
  check(
    Array.isArray(shape) && shape.every(isCount),
    () => `${where}: tensor "${name}" has shape ${JSON.stringify(shape)}; a list of sizes is expected.`,
  );
  check(
    Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount) && offsets[0] <= offsets[1],
    () => `${where}: tensor "${name}" has data_offsets ${JSON.stringify(offsets)}; [begin, end] is expected.`,
  );
  const bytes = elementCount(shape) * TYPES[dtype as DType].BYTES_PER_ELEMENT;
  check(
    bytes === offsets[1] - offsets[0],
    () =>
      `${where}: tensor "${name}", ${dtype} of shape [${shape}], takes ${bytes} bytes; its data_offsets hold ${offsets[1] - offsets[0]}.`,
  );
  return { dtype, shape, data_offsets: [offsets[0], offsets[1]] };
}

function numbersAt(bytes: Uint8Array, start: number, { dtype, shape }: HeaderEntry): TensorData {
  const Numbers = TYPES[dtype as DType];
  const count = elementCount(shape);
  const offset = bytes.byteOffset + start;
  if (offset % Numbers.BYTES_PER_ELEMENT === 0)
    return new Numbers(bytes.buffer as ArrayBuffer, offset, count);
  // Other writers need not align; a copy does.
  return new Numbers(bytes.slice(start, start + count * Numbers.BYTES_PER_ELEMENT).buffer, 0, count);
}

function checkShape(name: string, shape: readonly number[], length: number): void {
  check(name !== METADATA, () => `a tensor cannot be named ${METADATA}, which safetensors keeps for itself`);
  check(
    shape.every((size) => Number.isInteger(size) && size >= 0) && elementCount(shape) === length,
    () => `tensor "${name}": shape [${shape}] must hold as many numbers as the data, got ${length}`,
  );
}

function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  return data instanceof Int32Array ? "I32" : "I64";
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sortedByKey<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
