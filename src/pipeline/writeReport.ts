/** @file Writes a report: its data, the page, and every figure as SVG and PNG. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { check, InputError } from "../check/check.ts";
import { writeAtomically } from "../files/atomic.ts";
import { lineChart } from "../report/lineChart.ts";
import { svgToPng } from "../report/rasterise.ts";
import { type ReportData, renderReport } from "../report/report.ts";
import { jsonText, type RunPaths, readJson } from "./runFolder.ts";

/** The places of {@link RunPaths} that a report needs. */
export type ReportPaths = Pick<RunPaths, "reportData" | "report" | "figures">;

/** Writes `report.json`, `report.html` and `figures/`; returns the paths of the figures. */
export async function writeReport(paths: ReportPaths, report: ReportData): Promise<string[]> {
  await writeAtomically(paths.reportData, jsonText(report));
  return renderFiles(paths, report);
}

/** Makes the page and the figures again from `report.json`. */
export async function rewriteReport(paths: ReportPaths): Promise<string[]> {
  const report = await readJson(paths.reportData);
  check(
    report !== undefined,
    () => `${paths.reportData} does not exist: the run has no report yet. Finish it with --resume.`,
  );
  try {
    return await renderFiles(paths, report as ReportData);
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && "syscall" in error)) throw error;
    throw new InputError(
      `${paths.reportData} is not the data of a report: ${error instanceof Error ? error.message : error}. Make it again with l2e run … --resume.`,
      { cause: error },
    );
  }
}

async function renderFiles(paths: ReportPaths, report: ReportData): Promise<string[]> {
  await rm(paths.figures, { recursive: true, force: true });
  const figures: string[] = [];
  for (const [name, svg] of figuresOf(report)) {
    const base = join(paths.figures, name);
    await writeAtomically(`${base}.svg`, svg);
    await writeAtomically(`${base}.png`, svgToPng(svg));
    figures.push(`${base}.svg`, `${base}.png`);
  }
  // Last, because a page that is there says that the report is whole.
  await writeAtomically(paths.report, await renderReport(report));
  return figures;
}

function figuresOf(report: ReportData): (readonly [name: string, svg: string])[] {
  const figures = (report.sections ?? []).flatMap(({ charts = [], panels = [] }) => [
    ...charts.map((chart) => [chart.title, lineChart(chart)] as const),
    ...panels.map((panel) => [panel.title, panel.svg] as const),
  ]);
  return figures.map(([title, svg], i) => [`${String(i + 1).padStart(2, "0")}-${slug(title)}`, svg]);
}

/** A title as a file name on every system. */
function slug(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain.slice(0, 48).replace(/-+$/, "") || "figure";
}
