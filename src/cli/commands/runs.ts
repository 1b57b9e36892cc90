/** @file `l2e runs`: the runs that were tracked in this folder, listed, shown, and sent to a server. */

import { join, resolve } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { withoutCredentials } from "../../tracking/mlflow/address.ts";
import type { RunSummary } from "../../tracking/runs.ts";
import type { SyncOutcome } from "../../tracking/sync.ts";
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
    .summary("list and show tracked runs, send them to a server")
    .description(
      "Reads the runs that were tracked in mlruns/, which is MLflow's own file layout. No server and no Python are needed, but for sync, which copies runs to an MLflow server.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  l2e runs ls\n  l2e runs show 3f2a\n  l2e runs sync --to http://localhost:5000\n  l2e ui                                           the same runs in MLflow's own pages",
    );
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
  addSync(runs);
}

const syncHelp = `
Examples:
  l2e runs sync --to http://localhost:5000         every finished run
  MLFLOW_TRACKING_URI=https://tracking.example l2e runs sync 3f2a tiny-smoke
  l2e runs sync --unfinished                       also runs whose process is gone, as killed ones

A run is copied with its settings, metrics, tags, datasets, files and model. Interrupt it and give it again as you like:
the server ends with exactly one whole copy of each run. What a training could not send while its server was away goes
into the run that it had begun there. MLFLOW_TRACKING_USERNAME, _PASSWORD and _TOKEN say who asks.`;

function addSync(runs: Command): void {
  const command = runs
    .command("sync")
    .summary("send tracked runs to an MLflow server, once each")
    .description(
      "Sends finished runs from mlruns/ to an MLflow server. Runs that are there already, whole, are left as they are; a copy that was cut off is made again.",
    )
    .argument("[id...]", "ids (or their first digits) or names of runs (default: all that have finished)")
    .option("--to <uri>", "the server, http(s)://host:port (default: MLFLOW_TRACKING_URI)")
    .option("--unfinished", "also send runs that still say that they run, as killed ones")
    .option("-o, --out <folder>", "base folder", ".")
    .addHelpText("after", syncHelp);
  withOutput(command).action(sync);
}

interface SyncCommandOptions extends Options {
  readonly to?: string;
  readonly unfinished?: boolean;
}

async function sync(ids: readonly string[], options: SyncCommandOptions): Promise<void> {
  const uri = options.to ?? process.env["MLFLOW_TRACKING_URI"] ?? "";
  check(
    /^https?:\/\//i.test(uri),
    () =>
      `runs sync: ${uri === "" ? "no server is named" : `"${withoutCredentials(uri)}" is not the address of a server`}. Give --to http://host:port, or set MLFLOW_TRACKING_URI.`,
  );
  const { connectionFromEnvironment } = await import("../../tracking/mlflow/environment.ts");
  const { syncRuns } = await import("../../tracking/sync.ts");
  const tell = (run: SyncOutcome) =>
    print(
      `${run.runId.slice(0, 8)} ${run.runName}: ${run.outcome}${run.page === undefined ? "" : `, ${run.page}`}${run.filesLeft === undefined ? "" : `; ${run.filesLeft} files stay here, as the server does not take files itself`}`,
    );
  const root = join(resolve(options.out), "mlruns");
  const outcomes = await syncRuns({
    ...(await connectionFromEnvironment(process.env)),
    uri,
    root,
    ...(ids.length === 0 ? {} : { runs: ids }),
    ...(options.unfinished === true ? { unfinished: true } : {}),
    ...(options.json === true ? {} : { onOutcome: tell }),
  });
  if (options.json === true) print(JSON.stringify(outcomes));
  else if (outcomes.length === 0) print(`no runs in ${root}; l2e run writes there`);
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
