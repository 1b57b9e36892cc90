/** @file Which names a run has accepted so far; what is refused becomes a warning. */

import { check } from "../check/check.ts";
import type { MetricRow } from "./mlflow/runs.ts";
import type { TextRow } from "./mlflow/specification.ts";
import { checkArtifactName, checkKey, checkMetric, checkPrefixes, paramRows } from "./records.ts";

export type Warn = (problem: unknown) => void;

/** Adds what went wrong to the list, the same only once. */
export function warnInto(list: string[]): Warn {
  return (problem) => {
    const text = problem instanceof Error ? problem.message : String(problem);
    if (!list.includes(text)) list.push(text);
  };
}

type Kind = "param" | "tag" | "metric";

/**
 * The rules of the file store hold for a server too, as the file store may have to take over.
 *
 * @param names what the run has already.
 */
export function admission(warn: Warn, names: Partial<Record<Kind, readonly string[]>> = {}) {
  const known = { param: new Set(names.param), tag: new Set(names.tag), metric: new Set(names.metric) };
  const admit = (key: string, kind: Kind) => {
    checkKey(key, kind);
    if (!known[kind].has(key)) checkPrefixes(key, known[kind], kind);
    known[kind].add(key);
  };
  const passes = (body: () => void) => {
    try {
      body();
      return true;
    } catch (error) {
      warn(error);
      return false;
    }
  };
  const texts = (rows: readonly TextRow[], kind: "param" | "tag") =>
    rows.filter(({ key }) => passes(() => admit(key, kind)));
  return {
    tag: (row: TextRow) => texts([row], "tag"),
    /** Settings that have no text (a cycle) become a warning like any other. */
    params(record: Readonly<Record<string, unknown>>) {
      let rows: TextRow[] = [];
      passes(() => {
        rows = paramRows(record);
      });
      return texts(rows, "param");
    },
    artifact: (name: string) => passes(() => checkArtifactName(name)),
    metric: (row: MetricRow) =>
      passes(() => {
        checkMetric(row);
        check(Number.isFinite(row.timestamp), () => `metric "${row.key}": the clock must give a number`);
        admit(row.key, "metric");
      }),
  };
}
