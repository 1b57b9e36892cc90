/** @file A table that a visitor drops on the page, as a density. */

import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { check, InputError } from "../check/check.ts";
import { standardise } from "../datasets/standardise.ts";
import { kernelDensity } from "../measures/kernelDensity.ts";
import { permutation } from "../random/draw.ts";
import { keyFrom } from "../random/key.ts";
import type { InitialDensity } from "./protocol.ts";

/** A density from a table, and what to say of it. */
export interface TableDensity {
  readonly density: InitialDensity;
  /** The columns that became coordinates. */
  readonly columns: readonly [string, string];
  readonly rows: number;
  /** Rows that were taken, of these. */
  readonly used: number;
}

/** More points make the exact solution slow, and the density hardly smoother. */
const mostPoints = 500;

/**
 * The kernel density of the first two columns of numbers, standardised, as `l2e rollout` makes it.
 *
 * @param text a table with commas, semicolons or tabs between its cells and names in its first line. Rows with empty cells are
 *   left out.
 * @param name of the file, for messages.
 * @throws InputError that names the line and what was expected there.
 */
export function tableDensity(text: string, name: string): TableDensity {
  const records = readRecords(text, name);
  check(records.length > 0, () => `${name} is empty: expected a line of column names, then rows of numbers.`);
  const [{ cells: header }, ...rows] = records;
  check(
    header.some((cell) => !isNumber(cell)),
    () => `${name}, line 1: expected the names of the columns, got only numbers. Add a header line.`,
  );
  const chosen = header
    .map((_, k) => k)
    .filter((k) => rows.filter(({ cells }) => isNumber(cells[k] ?? "")).length > rows.length / 2)
    .slice(0, 2);
  check(
    chosen.length === 2,
    () => `${name}: expected two columns of numbers, got ${chosen.length} in ${header.length}.`,
  );
  const columns = chosen.map((k) => header[k]) as [string, string];
  const points = rows.flatMap(({ cells, line }) => {
    const pair = chosen.map((k) => cells[k] ?? "");
    if (pair.some((cell) => missing.has(cell.toLowerCase()))) return [];
    const bad = pair.findIndex((cell) => !isNumber(cell));
    check(
      bad < 0,
      () => `${name}, line ${line}: expected a number in the column "${columns[bad]}", got "${pair[bad]}".`,
    );
    return [pair.map(Number)];
  });
  check(points.length >= 10, () => `${name}: expected at least 10 rows of numbers, got ${points.length}.`);
  return { ...smoothed(thinned(points), columns), columns, rows: points.length };
}

function smoothed(points: readonly number[][], columns: readonly string[]) {
  const { points: standard } = standardise(Float64Array.from(points.flat()), 2, columns);
  const { bandwidth } = kernelDensity(standard, 2); // both columns have deviation 1, and so one width
  return {
    density: {
      weights: points.map(() => 1 / points.length),
      means: points.map((_, i) => [standard[2 * i], standard[2 * i + 1]]),
      deviations: points.map(() => bandwidth[0]),
    },
    used: points.length,
  };
}

/** A random part of many rows: files are often sorted. */
function thinned(points: readonly number[][]): readonly number[][] {
  if (points.length <= mostPoints) return points;
  const order = permutation(keyFrom(0), points.length).subarray(0, mostPoints);
  return Array.from(order, (i) => points[i]);
}

const missing = new Set(["", "na", "n/a", "nan", "null"]);

function isNumber(cell: string): boolean {
  return cell !== "" && Number.isFinite(Number(cell));
}

function readRecords(text: string, name: string): { readonly cells: string[]; readonly line: number }[] {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [",", ";", "\t"].find((mark) => firstLine.includes(mark)) ?? ",";
  try {
    const records = parse(text, {
      ...{ bom: true, delimiter, info: true, trim: true },
      ...{ relax_column_count: true, skip_empty_lines: true },
    }) as unknown as { readonly record: string[]; readonly info: { readonly lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(`${name} is no table of numbers: ${error.message}.`);
  }
}
