/** @file Points of a user's own, from CSV, Arrow or Parquet, with errors that name the file, the line and the column. */

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { check, didYouMean, InputError } from "../check/check.ts";
import { isCode } from "../files/atomic.ts";
import { arrowColumns } from "./arrowSamples.ts";
import { csvColumns } from "./csvSamples.ts";
import type { NumberColumn } from "./numberColumn.ts";

/** Points read from a file. */
export interface Samples {
  /** Row-major `[count, dimension]`: the rows in which every chosen column has a value. */
  readonly points: Float64Array;
  readonly dimension: number;
  /** Names of the chosen columns, in the order of the coordinates. */
  readonly columns: readonly string[];
  /** Rows in the file. */
  readonly rowCount: number;
  /** Rows left out because a chosen column has no value there. */
  readonly droppedCount: number;
  /** Columns that were not chosen. */
  readonly ignoredColumns: readonly string[];
}

const ARROW = [".arrow", ".arrows", ".feather", ".ipc"];
const CSV = [".csv", ".tsv"];
const PARQUET = [".parquet"];
const KNOWN = [...CSV, ...ARROW, ...PARQUET];

/**
 * Reads points from a CSV file (`.csv`, `.tsv`; the first line holds the names), an Arrow file or stream
 * (`.arrow`, `.arrows`, `.feather`, `.ipc`) or a Parquet file (`.parquet`), each also packed by gzip (`.csv.gz`). A cell is missing when it is empty, NA, N/A, NaN or null, in
 * capitals or not.
 *
 * @param options.columns names of the coordinates, in order; by default every column of numbers.
 * Throws `InputError` for whatever keeps the rows from being at least two points with a spread in every column.
 */
export async function readSamples(
  path: string,
  options: { readonly columns?: readonly string[] } = {},
): Promise<Samples> {
  const isPacked = extname(path).toLowerCase() === ".gz";
  const extension = extname(isPacked ? path.slice(0, -3) : path).toLowerCase();
  check(
    KNOWN.includes(extension),
    () =>
      `${path}: the extension "${extension}" is not one of ${KNOWN.join(", ")}, or one of them followed by .gz.`,
  );
  const stored = await bytesOf(path);
  const bytes = isPacked ? await unpacked(stored, path) : stored;
  check(bytes.byteLength > 0, () => `${path} is empty.`);
  const all = await columnsOf(bytes, extension, path);
  const chosen = chooseColumns(all, options.columns, path);
  return completeRows(all, chosen, path);
}

async function columnsOf(bytes: Uint8Array, extension: string, path: string): Promise<NumberColumn[]> {
  if (CSV.includes(extension)) {
    return await csvColumns(bytes, { path, delimiter: extension === ".tsv" ? "\t" : "," });
  }
  if (!PARQUET.includes(extension)) return arrowColumns(bytes, path);
  // Loaded only where it is needed: its decompressors are large.
  const { parquetColumns } = await import("./parquetSamples.ts");
  return await parquetColumns(bytes, path);
}

/** Tables of numbers shrink to a tenth: what grows more than this, beyond some megabytes, is made to fill the memory. */
const mostUnpacked = (packed: number) => Math.max(2 ** 26, 100 * packed);

async function unpacked(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: mostUnpacked(bytes.length) });
  } catch (error) {
    check(
      !isCode(error, "ERR_BUFFER_TOO_LARGE"),
      () =>
        `${path} unpacks to more than ${mostUnpacked(bytes.length)} bytes, over a hundred times its size, which no table does. Unpack it yourself if it is one.`,
    );
    throw new InputError(
      `${path} cannot be unpacked by gzip: ${error instanceof Error ? error.message : error}. Write or copy it again.`,
    );
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, "ENOENT")) throw new InputError(`${path} does not exist.`);
    if (isCode(error, "EISDIR")) throw new InputError(`${path} is a folder, and a file is expected.`);
    if (isCode(error, "EACCES", "EPERM")) throw new InputError(`${path} cannot be read: permission denied.`);
    throw error;
  }
}

function chooseColumns(
  all: readonly NumberColumn[],
  names: readonly string[] | undefined,
  path: string,
): readonly NumberColumn[] {
  const known = all.map((column) => column.name);
  const chosen =
    names === undefined
      ? all.filter((column) => !column.isText)
      : names.map((name) => {
          const column = all.find((candidate) => candidate.name === name);
          check(
            column !== undefined,
            () =>
              `${path} has no column "${name}".${didYouMean(name, known)} Its columns: ${known.join(", ")}.`,
          );
          return column;
        });
  check(chosen.length > 0, () => `${path} has no column of numbers. Its columns: ${known.join(", ")}.`);
  const twice = chosen.find((column, k) => chosen.indexOf(column) !== k);
  check(twice === undefined, () => `${path}: the column "${twice?.name}" is chosen twice.`);
  const broken = chosen.find((column) => column.text !== undefined);
  check(
    broken === undefined,
    () =>
      `${path}: ${broken?.text}, in the column "${broken?.name}", where numbers are expected. Mend it, or choose other columns (--columns a,b).`,
  );
  return chosen;
}

function completeRows(all: readonly NumberColumn[], chosen: readonly NumberColumn[], path: string): Samples {
  const rowCount = chosen[0].values.length;
  check(rowCount > 0, () => `${path} has a header and no rows; at least 2 rows are needed.`);
  const complete: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    if (chosen.every((column) => !Number.isNaN(column.values[row]))) complete.push(row);
  }
  const columns = chosen.map((column) => column.name);
  const droppedCount = rowCount - complete.length;
  check(
    complete.length >= 2,
    () =>
      `${path} has ${rowCount} row${rowCount === 1 ? "" : "s"}, ${complete.length} of them complete in ${columns.join(", ")}; at least 2 rows are needed.`,
  );
  const points = new Float64Array(complete.length * columns.length);
  complete.forEach((row, i) => {
    chosen.forEach((column, k) => {
      points[i * columns.length + k] = column.values[row];
    });
  });
  for (const { name, values } of chosen) {
    check(
      complete.some((row) => values[row] !== values[complete[0]]),
      () =>
        `${path}: the column "${name}" is constant (${values[complete[0]]} in every row), so it cannot be standardised and has no density. Leave it out: --columns ${columns.filter((other) => other !== name).join(",")}`,
    );
  }
  const ignoredColumns = all.map((column) => column.name).filter((name) => !columns.includes(name));
  return { points, dimension: columns.length, columns, rowCount, droppedCount, ignoredColumns };
}
