/** @file `l2e report`: make the report of a run again. */

import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { check, didYouMean } from "../../check/check.ts";
import { foldersIn } from "../folders.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions {
  readonly out: string;
}

const examples = `
Examples:
  l2e report fokker-planck-2d-quick
  l2e report runs/fokker-planck-2d-quick`;

export function addReport(program: Command): void {
  const command = program
    .command("report")
    .summary("make the report of a run again")
    .description(
      "Makes report.html and the figures (SVG and PNG) of a run again from its report.json, without computing anything. The page is one file that loads nothing: it opens from disk and can be sent by mail.",
    )
    .argument("<run>", "the name of a run, or its folder")
    .option("-o, --out <folder>", "base folder of the runs", ".")
    .addHelpText("after", examples);
  withOutput(command).action(report);
}

async function report(run: string, options: Options): Promise<void> {
  const { exists, runPaths } = await import("../../pipeline/runFolder.ts");
  const { rewriteReport } = await import("../../pipeline/writeReport.ts");
  const isFolder = /[\\/]/.test(run);
  const root = isFolder ? dirname(dirname(resolve(run))) : resolve(options.out);
  const paths = runPaths(root, isFolder ? basename(resolve(run)) : run);
  const known = await foldersIn(join(root, "runs"));
  check(
    await exists(paths.folder),
    () =>
      `unknown run "${run}".${didYouMean(run, known)} Runs in ${join(root, "runs")}: ${known.join(", ") || "none"}.`,
  );
  const figures = await rewriteReport(paths);
  const shown = (path: string) => relative(process.cwd(), path) || path;
  if (options.json === true)
    print(JSON.stringify({ report: shown(paths.report), figures: figures.map(shown) }));
  else print(`report: ${shown(paths.report)} and ${figures.length} figures`);
}
