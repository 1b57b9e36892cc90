/** @file A sweep: one pipeline over a grid of settings and several seeds, and what its metrics are on average. */

import { check } from "../check/check.ts";
import { sha256 } from "../files/hash.ts";
import { confidence, estimate } from "../metrics/statistics.ts";
import type { LineChartSpec } from "../report/lineChart.ts";
import type { ReportSection } from "../report/report.ts";
import type { Override } from "./resolveSettings.ts";
import type { Result } from "./result.ts";

/** A setting and the values that it takes. */
export interface Axis {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** One combination of settings. */
export interface GridPoint {
  /** `tau=0.05,hidden=64`; `all` where there is no grid. */
  readonly name: string;
  readonly overrides: readonly Override[];
}

/** A metric over the seeds of one grid point. */
export interface Summary {
  readonly mean: number;
  /** Half-width of the 95 % confidence interval of the mean; null with fewer than two seeds. */
  readonly confidence: number | null;
  readonly values: readonly number[];
}

/** What was found at one grid point. */
export interface SweptPoint extends GridPoint {
  readonly metrics: Readonly<Record<string, Summary>>;
}

/**
 * Reads `path=value,value,…`. The values are JSON where they can be read as JSON, lists among them; texts otherwise.
 *
 * @throws InputError where there is no `=`, no value, or a value twice.
 */
export function parseAxis(text: string): Axis {
  const split = text.indexOf("=");
  check(
    split > 0 && text.slice(split + 1).trim() !== "",
    () => `--grid takes path=value,value, for example --grid tau=0.05,0.1, got "${text}".`,
  );
  const values = listOf(text.slice(split + 1));
  const twice = values.find((value, k) =>
    values.slice(0, k).some((other) => textOf(other) === textOf(value)),
  );
  check(twice === undefined, () => `--grid ${text}: the value ${textOf(twice)} is there twice.`);
  return { path: text.slice(0, split).trim(), values };
}

/** Every combination of the axes' values, the last axis changing fastest. Throws `InputError` where a setting has two axes. */
export function gridPoints(axes: readonly Axis[]): GridPoint[] {
  const paths = axes.map(({ path }) => path);
  const twice = paths.find((path, k) => paths.indexOf(path) !== k);
  check(
    twice === undefined,
    () => `--grid: the setting ${twice} is there twice. Give all its values at once.`,
  );
  let combinations: Override[][] = [[]];
  for (const { path, values } of axes) {
    combinations = combinations.flatMap((before) => values.map((value) => [...before, { path, value }]));
  }
  return combinations.map((overrides) => ({ name: nameOf(overrides), overrides }));
}

/** The metrics of each grid point over its seeds. What a seed lacks, or is not finite, leaves the metric out of that seed. */
export function summarise(point: GridPoint, results: readonly Result[]): SweptPoint {
  const names = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  const summaries = names.map((name) => {
    const values = results.flatMap(({ metrics }) => {
      const value = metrics[name]?.value;
      return typeof value === "number" && Number.isFinite(value) ? [value] : [];
    });
    return [name, summaryOf(values)] as const;
  });
  return { ...point, metrics: Object.fromEntries(summaries.filter(([, { values }]) => values.length > 0)) };
}

/** Metrics with bounds, or all where none has any: what a sweep shows unless it is told. */
export function shownMetrics(results: readonly Result[], asked: readonly string[] | undefined): string[] {
  const all = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  if (asked !== undefined) {
    const unknown = asked.find((name) => !all.includes(name));
    check(
      unknown === undefined,
      () => `--metrics: the runs have no metric "${unknown}". Metrics: ${all.join(", ")}.`,
    );
    return [...asked];
  }
  const bounded = all.filter((name) => results.some(({ metrics }) => metrics[name]?.passed !== undefined));
  return bounded.length > 0 ? bounded : all;
}

/** The table and the figures of a sweep. */
export function sweepSection(
  points: readonly SweptPoint[],
  shown: { readonly axes: readonly Axis[]; readonly metrics: readonly string[]; readonly seeds: number },
): ReportSection {
  const { metrics, seeds } = shown;
  const interval = seeds > 1 ? `mean over ${seeds} seeds ± half of its 95 % confidence interval` : "one seed";
  return {
    title: "Sweep",
    explanation: `Each number is the ${interval}.`,
    tables: [
      {
        title: "Metrics over the grid",
        rowHeading: "settings",
        columns: metrics.map((label) => ({ label, align: "right" as const })),
        rows: points.map(({ name, metrics: found }) => ({
          label: name,
          cells: metrics.map((metric) => (found[metric] === undefined ? null : summaryText(found[metric]))),
        })),
      },
    ],
    charts: metrics.flatMap((metric) => chartOf(points, shown, metric)),
  };
}

/** `0.0123 ± 0.0004`, to the digits that the interval leaves. */
export function summaryText({ mean, confidence: half }: Summary): string {
  if (half === null || half === 0) return String(Number(mean.toPrecision(4)));
  const digits = Math.max(0, Math.min(15, 1 - Math.floor(Math.log10(half))));
  const small = Math.abs(mean) < 1e-4 && Math.abs(half) < 1e-4;
  if (small) return `${mean.toExponential(2)} ± ${half.toExponential(1)}`;
  return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

/** The metric against the first axis of numbers, a curve for each combination of the others. */
function chartOf(
  points: readonly SweptPoint[],
  { axes, seeds }: { readonly axes: readonly Axis[]; readonly seeds: number },
  metric: string,
): LineChartSpec[] {
  const along = axes.find(
    ({ values }) => values.length > 1 && values.every((value) => typeof value === "number"),
  );
  if (along === undefined) return [];
  const curves = new Map<string, [x: number, summary: Summary][]>();
  for (const { overrides, metrics } of points) {
    const x = overrides.find(({ path }) => path === along.path)?.value as number;
    const name = nameOf(overrides.filter(({ path }) => path !== along.path));
    if (metrics[metric] !== undefined) curves.set(name, [...(curves.get(name) ?? []), [x, metrics[metric]]]);
  }
  const series = [...curves].map(([name, found]) => {
    const sorted = [...found].sort(([a], [b]) => a - b);
    const band = sorted.flatMap(([x, { mean, confidence: half }]) =>
      half === null ? [] : [[x, mean - half, mean + half] as const],
    );
    return {
      name: name === "all" ? metric : name,
      points: sorted.map(([x, { mean }]) => [x, mean] as const),
      dots: true,
      ...(band.length === sorted.length ? { band } : {}),
    };
  });
  if (series.length === 0) return [];
  const averaged = seeds > 1 ? `mean over ${seeds} seeds, 95 % confidence interval` : "one seed";
  return [
    { title: `${metric} against ${along.path}`, x: { label: along.path }, y: { label: averaged }, series },
  ];
}

/** Folders of longer names are too much for some file systems. */
const longestName = 120;

/** The name of a run as one that every file system takes; of long names a digest keeps apart what begins alike. */
export function folderName(name: string): string {
  const plain = name.replaceAll(/[^\w.,=+-]/g, "_");
  if (plain.length <= longestName) return plain;
  const digest = sha256(name).slice(0, 12);
  return `${plain.slice(0, longestName - digest.length - 1)}-${digest}`;
}

function summaryOf(values: readonly number[]): Summary {
  if (values.length < 2) return { mean: values[0] ?? Number.NaN, confidence: null, values };
  const found = estimate(values);
  return { mean: found.mean, confidence: confidence(found, values.length), values };
}

function nameOf(overrides: readonly Override[]): string {
  return overrides.map(({ path, value }) => `${path}=${textOf(value)}`).join(",") || "all";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Values separated by commas; a text without quotes is a text. */
function listOf(text: string): unknown[] {
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    return text.split(",").map((word) => {
      try {
        return JSON.parse(word);
      } catch {
        return word.trim();
      }
    });
  }
}
