/** @file The columns of a CSV file as numbers, remembering where text stood. */

import { CsvError, type InfoRecord, parse } from "csv-parse";
import { check, InputError } from "../check/check.ts";
import type { NumberColumn } from "./numberColumn.ts";

const MISSING = new Set(["", "na", "n/a", "nan", "null"]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Characters of one row: a quote that is never closed must not swallow a whole file. */
const LONGEST_LINE = 2 ** 20;

/** Where a record of the file begins, counted from 1. */
interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Every column of a CSV file. Throws `InputError` for a header or rows that do not make a table. */
export async function csvColumns(
  bytes: Uint8Array,
  { path, delimiter }: { readonly path: string; readonly delimiter: string },
): Promise<NumberColumn[]> {
  const records = readRecords(bytes, path, delimiter);
  const first = await records.next();
  check(!first.done, () => `${path} is empty: it has not even a header.`);
  const names = first.value.cells.map((name) => name.trim());
  checkHeader(names, first.value.line, path, delimiter);
  const columns = names.map(openColumn);
  for await (const { cells, line } of records) {
    checkSeparator(names, cells, path);
    check(
      cells.length === names.length,
      () => `${path}, line ${line}: ${cells.length} cells, and the header has ${names.length} columns.`,
    );
    cells.forEach((cell, k) => {
      columns[k].add(cell, line);
    });
  }
  return columns.map((column) => column.close());
}

async function* readRecords(
  bytes: Uint8Array,
  path: string,
  delimiter: string,
): AsyncGenerator<CsvRecord, undefined, void> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: LONGEST_LINE,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  parser.end(bytes);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: InfoRecord }>) {
      // `lines` is where the record ends; quoted cells may hold line breaks of their own.
      const inside = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
      yield { cells: record, line: info.lines - inside };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? `, line ${error["lines"]}` : "";
    throw new InputError(`${path}${line}: ${error.message}.`);
  }
  return undefined;
}

function checkHeader(names: readonly string[], line: number, path: string, delimiter: string): void {
  const where = `${path}, line ${line}`;
  const empty = names.indexOf("");
  check(empty < 0 || names.length === 1, () => `${where}: column ${empty + 1} of the header has no name.`);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  check(twice === undefined, () => `${where}: the header names the column "${twice}" twice.`);
  check(
    names.some((name) => !NUMBER.test(name)),
    () =>
      `${where}: the first line must name the columns, and "${names.join(delimiter)}" is all numbers. Add a header line.`,
  );
}

/** One column of `a;b` over cells of `1;2` is a table with another separator. */
function checkSeparator(names: readonly string[], cells: readonly string[], path: string): void {
  if (names.length > 1) return;
  const other = [";", "\t", ","].find((mark) => names[0].includes(mark) && cells.join("").includes(mark));
  check(
    other === undefined,
    () =>
      `${path}: the header has one column, "${names[0]}". Cells must be separated by commas in .csv and by tabs in .tsv files.`,
  );
}

function openColumn(name: string) {
  const values: number[] = [];
  let text: string | undefined;
  let textCount = 0;
  let numberCount = 0;
  return {
    add(cell: string, line: number) {
      const trimmed = cell.trim();
      const value = NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
      values.push(Number.isFinite(value) ? value : Number.NaN);
      if (Number.isFinite(value)) numberCount += 1;
      else if (!MISSING.has(trimmed.toLowerCase())) {
        textCount += 1;
        text ??= `line ${line} has "${trimmed}"`;
      }
    },
    close: (): NumberColumn => ({
      name,
      values: Float64Array.from(values),
      ...(text === undefined ? {} : { text }),
      // One typing error among numbers must not make the column vanish from the default choice.
      isText: textCount >= numberCount && (textCount > 0 || values.length > 0),
    }),
  };
}
