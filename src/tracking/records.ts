/** @file What MLflow accepts: names, lengths and number formats, the same for the file store and the server. */

import { check } from "../check/check.ts";
import type { MetricRow } from "./mlflow/runs.ts";
import type { TextRow } from "./mlflow/specification.ts";

const LONGEST_KEY = 250;
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 8000;

/**
 * Refuses names that MLflow or some file system refuses: allowed are letters, digits, `_`, `-`, `.`, space and
 * `/`, and the parts between slashes must be plain. (MLflow also allows `:`, Windows does not.)
 */
export function checkKey(key: string, what: string): void {
  check(
    /^[A-Za-z0-9_\-. /]+$/.test(key) && key.length <= LONGEST_KEY,
    () => `${what} "${key}": a name must be at most ${LONGEST_KEY} letters, digits, _, -, ., spaces and /`,
  );
  check(
    key.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.trim() === part),
    () =>
      `${what} "${key}": the parts of a name between slashes must not be empty, ".", ".." or begin or end with a space`,
  );
}

/** Refuses names of artifacts that would lead elsewhere or that some file system refuses. */
export function checkArtifactName(name: string): void {
  check(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what file systems refuse
    name.split("/").every((part) => !["", ".", ".."].includes(part) && !/[\\:*?"<>|\x00-\x1f]/.test(part)),
    () =>
      `artifact "${name}": a name must be a relative path with forward slashes, without .., and without : * ? " < > |`,
  );
}

/** Refuses a key that would be a file where another key needs a folder: `loss` beside `loss/energy`. */
export function checkPrefixes(key: string, known: Iterable<string>, what: string): void {
  for (const other of known) {
    check(
      !key.startsWith(`${other}/`) && !other.startsWith(`${key}/`),
      () =>
        `${what} "${key}" clashes with "${other}": one name cannot be both a value and a folder of values`,
    );
  }
}

/** Flattens nested settings: `{flow: {tau: 0.1}, sizes: [1, 2]}` gives `flow.tau = 0.1` and `sizes = [1,2]`. */
export function paramRows(record: Readonly<Record<string, unknown>>, prefix = ""): TextRow[] {
  return Object.entries(record).flatMap(([name, value]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    if (value === undefined) return [];
    if (isPlainObject(value) && Object.keys(value).length > 0) return paramRows(value, key);
    return [{ key, value: cut(textOf(value), LONGEST_PARAM) }];
  });
}

/** A tag's value, cut to what the server stores. */
export function tagValue(value: string): string {
  return cut(value, LONGEST_TAG);
}

/** Numbers in a metric file: Python's spelling of what is not finite. */
export function numberForFile(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

/** The inverse of {@link numberForFile}; also reads what MLflow writes itself. */
export function numberFromFile(text: string): number {
  const special: Record<string, number> = {
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    infinity: Number.POSITIVE_INFINITY,
    "-inf": Number.NEGATIVE_INFINITY,
    "-infinity": Number.NEGATIVE_INFINITY,
  };
  return special[text.toLowerCase()] ?? Number(text);
}

/** A line feed inside would end the line of a metric file, so steps and times must be plain integers. */
export function checkMetric(row: MetricRow): void {
  checkKey(row.key, "metric");
  check(
    typeof row.value === "number",
    () => `metric "${row.key}": the value must be a number, got ${typeof row.value}`,
  );
  check(
    Number.isSafeInteger(row.step),
    () => `metric "${row.key}": step must be an integer, got ${row.step}`,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
