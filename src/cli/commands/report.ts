/** @file `l2e report`: make the report of a run again, or one that compares several. */

import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { check, didYouMean, inTurn } from "../../check/check.ts";
import type { RunPaths } from "../../pipeline/runFolder.ts";
import { foldersIn } from "../folders.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions {
  readonly out: string;
}

const examples = `
Examples:
  l2e report fokker-planck-2d-quick
  l2e report runs/fokker-planck-2d-quick
  l2e report fokker-planck-1d-quick fokker-planck-2d-quick        side by side, into reports/
  l2e report sweeps/*/*/runs/*                                    all runs of all sweeps`;

export function addReport(program: Command): void {
  const command = program
    .command("report")
    .summary("make the report of a run again, or compare several")
    .description(
      "Makes report.html and the figures (SVG and PNG) of a run again from its report.json, without computing anything. The page is one file that loads nothing: it opens from disk and can be sent by mail. Of several runs it makes one report instead, in reports/: the settings in which they differ, their metrics and losses side by side.",
    )
    .argument("<run...>", "the names of runs, or their folders")
    .option("-o, --out <folder>", "base folder of the runs", ".")
    .addHelpText("after", examples);
  withOutput(command).action(report);
}

async function report(runs: readonly string[], options: Options): Promise<void> {
  const places = await inTurn(runs, (run) => pathsOf(run, options));
  const { compareRuns } = await import("../../pipeline/compareRuns.ts");
  const { rewriteReport } = await import("../../pipeline/writeReport.ts");
  const made =
    places.length === 1
      ? { report: places[0].report, figures: await rewriteReport(places[0]) }
      : await compareRuns(places, join(resolve(options.out), "reports"));
  const shown = (path: string) => relative(process.cwd(), path) || path;
  if (options.json === true)
    print(JSON.stringify({ report: shown(made.report), figures: made.figures.map(shown) }));
  else print(`report: ${shown(made.report)} and ${made.figures.length} figures`);
}

/** The places of a run that exists. */
async function pathsOf(run: string, options: Options): Promise<RunPaths> {
  const { exists, runPaths } = await import("../../pipeline/runFolder.ts");
  const isFolder = /[\\/]/.test(run);
  const root = isFolder ? dirname(dirname(resolve(run))) : resolve(options.out);
  const paths = runPaths(root, isFolder ? basename(resolve(run)) : run);
  const known = await foldersIn(join(root, "runs"));
  check(
    await exists(paths.folder),
    () =>
      `unknown run "${run}".${didYouMean(run, known)} Runs in ${join(root, "runs")}: ${known.join(", ") || "none"}.`,
  );
  return paths;
}
