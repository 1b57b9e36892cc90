/** @file `l2e runs`: the runs that were tracked in this folder. */

import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { RunSummary } from "../../tracking/runs.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { duration } from "../progress.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

interface Options extends OutputOptions {
  readonly out: string;
}

export function addRuns(program: Command): void {
  const runs = program
    .command("runs")
    .summary("list and show tracked runs")
    .description(
      "Reads the runs that were tracked in mlruns/, which is MLflow's own file layout. No server and no Python are needed.",
    )
    .addHelpText("after", "\nExamples:\n  l2e runs ls\n  l2e runs show 3f2a");
  const list = runs
    .command("ls")
    .description("Lists the tracked runs, the newest first, with their last loss.");
  const show = runs
    .command("show")
    .description("Shows the settings, the last metrics and the files of one tracked run.")
    .argument("<id>", "the id of a run, or its first digits");
  for (const command of [list, show]) withOutput(command).option("-o, --out <folder>", "base folder", ".");
  list.action(listRunsHere);
  show.action(showRun);
}

async function listRunsHere(options: Options): Promise<void> {
  const { listRuns } = await import("../../tracking/runs.ts");
  const root = join(resolve(options.out), "mlruns");
  const runs = await listRuns(root);
  if (options.json === true) print(JSON.stringify(runs));
  else if (runs.length === 0) print(`no runs in ${root}; l2e run writes there`);
  else print(textTable(runsTable(runs)));
}

function runsTable(runs: readonly RunSummary[]) {
  const columns = ["name", "status", "started", "took", "loss"].map((label) => ({
    label,
    align: label === "loss" || label === "took" ? ("right" as const) : ("left" as const),
  }));
  const rows = runs.map((run) => ({
    label: run.runId.slice(0, 8),
    cells: [
      run.runName,
      run.status.toLowerCase(),
      new Date(run.startTime).toISOString().slice(0, 16).replace("T", " "),
      run.endTime === undefined ? null : duration((run.endTime - run.startTime) / 1000),
      run.metrics["loss"] ?? null,
    ],
  }));
  return { title: "Runs", rowHeading: "id", columns, rows };
}

async function showRun(id: string, options: Options): Promise<void> {
  const { readRun } = await import("../../tracking/runs.ts");
  const run = await readRun(join(resolve(options.out), "mlruns"), id);
  if (options.json === true) {
    print(JSON.stringify(run));
    return;
  }
  const table = (title: string, record: Readonly<Record<string, string | number>>) =>
    textTable({
      title,
      columns: [{ label: "" }],
      rows: Object.entries(record).map(([label, value]) => ({ label, cells: [value] })),
    });
  print(textTable(runsTable([run])));
  print(`\n${table("Settings", run.params)}`);
  print(`\n${table("Last metrics", run.metrics)}`);
  if (run.artifacts.length > 0)
    print(`\nFiles in ${join(run.folder, "artifacts")}:\n  ${run.artifacts.join("\n  ")}`);
}
