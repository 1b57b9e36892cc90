/** @file One report of several runs: the settings in which they differ, their metrics, losses and times side by side. */

import { basename, join } from "node:path";
import { check, inTurn } from "../check/check.ts";
import { sha256 } from "../files/hash.ts";
import type { ReportSection } from "../report/report.ts";
import type { Cell, TableSpec } from "../report/tables.ts";
import { readHistory, type TrainingHistory } from "./history.ts";
import { flattenSettings } from "./resolveSettings.ts";
import { type Result, resultFrom } from "./result.ts";
import { type RunPaths, type RunRecord, readJson, readRunRecord } from "./runFolder.ts";
import { writeReport } from "./writeReport.ts";

/** A finished run, read back. */
interface FinishedRun {
  /** Short, and different from the others'. */
  readonly label: string;
  readonly record: RunRecord;
  readonly result: Result;
  readonly history: TrainingHistory;
}

/** A curve of more points than this shows no more. */
const MOST_POINTS = 400;

/**
 * Compares finished runs in one report, in a folder of `folder` that is named after them.
 *
 * @throws InputError where a run is given twice or has no result yet.
 */
export async function compareRuns(
  places: readonly RunPaths[],
  folder: string,
): Promise<{ readonly report: string; readonly figures: readonly string[] }> {
  const folders = places.map((paths) => paths.folder);
  const twice = folders.find((path, k) => folders.indexOf(path) !== k);
  check(twice === undefined, () => `report: the run ${twice} is given twice.`);
  const labels = labelsOf(places);
  const runs = await inTurn(places, (paths, k) => finishedRun(paths, labels[k]));
  const target = join(folder, nameOf(labels));
  const report = join(target, "report.html");
  const figures = await writeReport(
    { reportData: join(target, "report.json"), report, figures: join(target, "figures") },
    {
      title: `${runs.length} runs compared`,
      subtitle: [...new Set(runs.map(({ result }) => result.pipeline))].join(", "),
      facts: runs.map(({ label, result }) => ({
        label,
        value: `${result.pipeline}, ${result.preset}`,
        note: `seed ${result.seed}, ${result.engine}`,
      })),
      sections: [differences(runs), metricsOf(runs), ...lossesOf(runs), timesOf(runs)],
      reproduce: [`l2e report ${folders.join(" ")}`],
    },
  );
  return { report, figures };
}

async function finishedRun(paths: RunPaths, label: string): Promise<FinishedRun> {
  const record = await readRunRecord(paths);
  const result = await readJson(paths.result);
  check(
    record !== undefined && result !== undefined,
    () => `report: the run in ${paths.folder} has no result yet. Finish it with l2e run … --resume.`,
  );
  const all = { round: Number.POSITIVE_INFINITY, iteration: Number.POSITIVE_INFINITY };
  return {
    label,
    record,
    result: resultFrom(result, paths.result),
    history: await readHistory(paths.history, all),
  };
}

/** Names of the runs; with the folder above `runs/` where names are the same, as in a sweep. */
function labelsOf(places: readonly RunPaths[]): string[] {
  const names = places.map(({ name }) => name);
  if (new Set(names).size === names.length) return names;
  const roots = places.map(({ root }) => basename(root));
  return new Set(roots).size === roots.length ? roots : places.map(({ root, name }) => join(root, name));
}

function differences(runs: readonly FinishedRun[]): ReportSection {
  const settings = runs.map(({ record }) => flattenSettings(record.settings));
  const paths = [...new Set(settings.flatMap((record) => Object.keys(record)))];
  const differing = paths.filter(
    (path) => new Set(settings.map((record) => JSON.stringify(record[path]))).size > 1,
  );
  const rows = differing.map((label) => ({
    label,
    cells: settings.map((record) => (record[label] === undefined ? null : JSON.stringify(record[label]))),
  }));
  if (rows.length === 0) return { title: "Settings", notes: ["All settings are the same."] };
  return {
    title: "Settings",
    tables: [sideBySide(runs, { title: "Settings that differ", rowHeading: "setting", rows })],
  };
}

function metricsOf(runs: readonly FinishedRun[]): ReportSection {
  const names = [...new Set(runs.flatMap(({ result }) => Object.keys(result.metrics)))];
  const rows = names.map((label) => ({
    label,
    cells: runs.map(({ result }): Cell => {
      const metric = result.metrics[label];
      if (metric === undefined) return null;
      return metric.passed === undefined
        ? metric.value
        : { value: metric.value, status: metric.passed ? "pass" : "fail" };
    }),
  }));
  return {
    title: "Metrics",
    explanation: "Where a run has bounds for a metric, its colour says whether it kept them.",
    tables: [sideBySide(runs, { title: "Metrics", rowHeading: "metric", rows })],
  };
}

function lossesOf(runs: readonly FinishedRun[]): ReportSection[] {
  const series = runs
    .filter(({ history }) => history.losses.length > 0)
    .map(({ label, history: { losses } }) => {
      const every = Math.ceil(losses.length / MOST_POINTS);
      const points = losses.flatMap(([iteration, loss], k) =>
        k % every === 0 && loss !== null ? [[iteration, loss] as const] : [],
      );
      return { name: label, points };
    });
  if (series.length === 0) return [];
  const chart = {
    title: "Losses",
    x: { label: "iteration" },
    y: { label: "objective minus its value at rest" },
    series,
  };
  return [
    {
      title: "Training",
      explanation:
        "Runs are comparable by their losses where they pose the same problem, as under other seeds.",
      charts: [chart],
    },
  ];
}

function timesOf(runs: readonly FinishedRun[]): ReportSection {
  const stages = [...new Set(runs.flatMap(({ result }) => Object.keys(result.seconds)))];
  const rows = stages.map((label) => ({
    label,
    cells: runs.map(({ result }) => result.seconds[label] ?? null),
  }));
  return { title: "Time", tables: [sideBySide(runs, { title: "Seconds", rowHeading: "stage", rows })] };
}

function sideBySide(
  runs: readonly FinishedRun[],
  table: Pick<TableSpec, "title" | "rowHeading" | "rows">,
): TableSpec {
  return { ...table, columns: runs.map(({ label }) => ({ label, align: "right" as const })) };
}

/** The runs' names where that stays short; otherwise the first one's, and a mark of all. */
function nameOf(labels: readonly string[]): string {
  const plain = labels.map((label) => label.replaceAll(/[^\w.,=+-]/g, "_"));
  const whole = plain.join("-and-");
  if (whole.length <= 100) return whole;
  const mark = sha256(whole).slice(0, 8);
  return `${plain[0].slice(0, 60)}-and-${labels.length - 1}-more-${mark}`;
}
