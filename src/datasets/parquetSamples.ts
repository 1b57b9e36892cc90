/** @file The columns of a Parquet file as numbers. */

import {
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { check, InputError } from "../check/check.ts";
import type { NumberColumn } from "./numberColumn.ts";

/**
 * Every column of a Parquet file, compressed as it may be (Snappy, gzip, Zstandard, LZ4, Brotli). Throws `InputError`
 * for other and for damaged bytes.
 */
export async function parquetColumns(bytes: Uint8Array, path: string): Promise<NumberColumn[]> {
  checkParquet(bytes, path);
  // A view of a larger buffer must not show what lies around it.
  const file = new Uint8Array(bytes).buffer;
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns: NumberColumn[] = [];
    for (const { element } of parquetSchema(metadata).children) {
      columns.push(await columnOf(file, metadata, element));
    }
    return columns;
  } catch (error) {
    throw new InputError(
      `${path} is damaged or cut off: ${error instanceof Error ? error.message : error}. Write or copy it again.`,
    );
  }
}

async function columnOf(
  file: ArrayBuffer,
  metadata: FileMetaData,
  element: SchemaElement,
): Promise<NumberColumn> {
  const { name } = element;
  const kind = element.logical_type?.type ?? element.converted_type ?? element.type ?? "nested";
  if (!isNumber(element)) {
    return { name, values: new Float64Array(), text: `the type is ${kind}`, isText: true };
  }
  let rows: readonly (readonly unknown[])[] = [];
  const onComplete = (read: readonly (readonly unknown[])[]) => {
    rows = read;
  };
  await parquetRead({ file, metadata, columns: [name], compressors, onComplete });
  const values = Float64Array.from(rows, ([cell]) =>
    cell === null || cell === undefined ? Number.NaN : Number(cell),
  );
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  return {
    name,
    values,
    isText: false,
    ...(infinite < 0 ? {} : { text: `row ${infinite + 1} has ${values[infinite]}` }),
  };
}

/** Integers, floats and decimals; dates and times are stored as integers too and are none. */
function isNumber({
  type,
  num_children,
  repetition_type,
  converted_type,
  logical_type,
}: SchemaElement): boolean {
  if (num_children !== undefined || repetition_type === "REPEATED") return false;
  const meaning = logical_type?.type;
  if (meaning === "FLOAT16" || meaning === "DECIMAL" || converted_type === "DECIMAL") return true;
  if (type === "FLOAT" || type === "DOUBLE") return true;
  const isPlain = meaning === undefined || meaning === "INTEGER";
  return (
    (type === "INT32" || type === "INT64") &&
    isPlain &&
    (converted_type ?? "INT_").replace(/^U/, "").startsWith("INT_")
  );
}

/** Files open and close with `PAR1`. */
function checkParquet(bytes: Uint8Array, path: string): void {
  const textAt = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4));
  check(textAt(0) === "PAR1", () => `${path} is not a Parquet file: it would begin with PAR1.`);
  check(
    bytes.length >= 12 && textAt(bytes.length - 4) === "PAR1",
    () =>
      `${path} is truncated: it begins as a Parquet file of which the end is missing (${bytes.length} bytes are there). Write or copy it again.`,
  );
}
