/** @file The columns of an Arrow file or stream as numbers. */

import * as arrow from "apache-arrow";
import { check, InputError } from "../check/check.ts";
import { boundLists } from "./boundLists.ts";
import type { NumberColumn } from "./numberColumn.ts";

/** Every column of an Arrow IPC file or stream. Throws `InputError` for other and for damaged bytes. */
export function arrowColumns(bytes: Uint8Array, path: string): NumberColumn[] {
  checkArrow(bytes, path);
  const table = tableOf(bytes, path);
  const names = table.schema.fields.map((field) => field.name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  check(twice === undefined, () => `${path}: two columns are named "${twice}".`);
  return table.schema.fields.map((field, k) => {
    const isNumber = arrow.DataType.isInt(field.type) || arrow.DataType.isFloat(field.type);
    if (isNumber) return numbersOf(field.name, table.getChildAt(k), path);
    return {
      name: field.name,
      values: new Float64Array(),
      text: `the type is ${field.type}`,
      isText: true,
    };
  });
}

function numbersOf(name: string, vector: arrow.Vector | null, path: string): NumberColumn {
  // The number of rows is what a header says; room is made only for values that are there.
  check(
    (vector?.data ?? []).every(({ values, length, offset }) => (values?.length ?? 0) >= offset + length),
    () => `${path} is damaged: the column "${name}" has fewer values than rows. Write or copy it again.`,
  );
  const values = new Float64Array(vector?.length ?? 0);
  let text: string | undefined;
  for (let row = 0; row < values.length; row++) {
    const cell: number | bigint | null = vector?.get(row) ?? null;
    values[row] = cell === null ? Number.NaN : Number(cell);
    if (Math.abs(values[row]) === Number.POSITIVE_INFINITY) text ??= `row ${row + 1} has ${values[row]}`;
  }
  return { name, values, ...(text === undefined ? {} : { text }), isText: false };
}

/** Files open and close with `ARROW1`, streams open with the continuation mark. */
function checkArrow(bytes: Uint8Array, path: string): void {
  const textAt = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 6));
  const isStream = bytes.length >= 8 && bytes.subarray(0, 4).every((byte) => byte === 0xff);
  if (isStream) return;
  check(
    textAt(0) === "ARROW1",
    () => `${path} is neither an Arrow IPC file (it would begin with ARROW1) nor an Arrow stream.`,
  );
  check(
    bytes.length >= 12 && textAt(bytes.length - 6) === "ARROW1",
    () =>
      `${path} is truncated: it begins as an Arrow IPC file of which the end is missing (${bytes.length} bytes are there). Write or copy it again.`,
  );
}

function tableOf(bytes: Uint8Array, path: string): arrow.Table {
  boundLists();
  try {
    const reader = arrow.RecordBatchReader.from(bytes).open() as arrow.RecordBatchReader;
    return reader.isFile() && reader.isSync() ? tableOfFile(reader) : new arrow.Table([...reader]);
  } catch (error) {
    throw new InputError(
      `${path} is damaged or cut off: ${error instanceof Error ? error.message : error}. Write or copy it again; compressed Arrow files must be written uncompressed.`,
    );
  }
}

/** Batch by batch, since the library's own loop over a file never ends where a message is none of a batch. */
function tableOfFile(reader: arrow.RecordBatchFileReader): arrow.Table {
  const batches = Array.from({ length: reader.numRecordBatches }, (_, index) => {
    const batch = reader.readRecordBatch(index);
    if (batch === null) throw new Error(`record batch ${index} is none`);
    return batch;
  });
  return batches.length === 0 ? new arrow.Table(reader.schema) : new arrow.Table(batches);
}
