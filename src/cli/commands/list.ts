/** @file `l2e list`: pipelines, and what lies in this folder. */

import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { CheckpointManifest } from "../../checkpoints/manifest.ts";
import { foldersIn } from "../folders.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

interface Options extends OutputOptions {
  readonly out: string;
}

export function addList(program: Command): void {
  const command = program
    .command("list")
    .summary("list pipelines, checkpoints, datasets and runs")
    .description(
      "Lists the pipelines that l2e run knows by name, with their presets, and the checkpoints, datasets and runs below the base folder.",
    )
    .option("-o, --out <folder>", "base folder", ".")
    .addHelpText("after", "\nExamples:\n  l2e list\n  l2e list --json");
  withOutput(command).action(list);
}

async function list(options: Options): Promise<void> {
  const root = resolve(options.out);
  const [pipelines, checkpoints, datasets, runs] = await Promise.all([
    pipelinesKnown(),
    checkpointsIn(join(root, "checkpoints")),
    datasetsIn(join(root, "datasets")),
    runsIn(root),
  ]);
  if (options.json === true) {
    print(JSON.stringify({ pipelines, checkpoints, datasets, runs }));
    return;
  }
  show(
    "Pipelines",
    ["presets", "title"],
    pipelines.map((p) => [p.name, p.presets.join(" "), p.title]),
  );
  show(
    "Checkpoints",
    ["pipeline", "preset", "state"],
    checkpoints.map((c) => [c.name, c.pipeline, c.preset, c.state]),
  );
  show(
    "Datasets",
    ["snapshots", "particles"],
    datasets.map((d) => [d.name, d.snapshots, d.particles]),
  );
  show(
    "Runs",
    ["state", "rounds", "seed", "engine"],
    runs.map((r) => [r.name, r.state, r.rounds, r.seed, r.engine]),
  );
}

function show(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly [string, ...(string | number)[]])[],
) {
  if (rows.length === 0) return;
  const right = (k: number) => typeof rows[0][k + 1] === "number";
  const spec = {
    title,
    columns: columns.map((label, k) => ({ label, align: right(k) ? ("right" as const) : ("left" as const) })),
    rows: rows.map(([label, ...cells]) => ({ label, cells })),
  };
  print(`${textTable(spec)}\n`);
}

async function pipelinesKnown() {
  const { loadPipeline, pipelineNames } = await import("../../pipeline/loadPipeline.ts");
  const { presetsOf } = await import("../../pipeline/resolveSettings.ts");
  const definitions = await Promise.all((await pipelineNames()).map((name) => loadPipeline(name)));
  return definitions.map((definition) => ({
    name: definition.name,
    title: definition.title,
    presets: presetsOf(definition),
  }));
}

async function checkpointsIn(folder: string) {
  const { readCheckpointManifest } = await import("../../checkpoints/checkpoint.ts");
  const found = await readable(folder, readCheckpointManifest);
  const state = ({ progress }: CheckpointManifest) =>
    progress.finished ? "finished" : `after round ${progress.round}`;
  return found.map(([name, manifest]) => ({
    name,
    pipeline: manifest.pipeline,
    preset: manifest.preset,
    state: state(manifest),
  }));
}

async function datasetsIn(folder: string) {
  const { openDataset } = await import("../../datasets/dataset.ts");
  const found = await readable(folder, (path) => openDataset(path));
  return found.map(([name, { snapshotCount, manifest }]) => ({
    name,
    snapshots: snapshotCount,
    particles: manifest.parts.reduce((sum, part) => sum + part.rows, 0),
  }));
}

async function runsIn(root: string) {
  const { readRunRecord, runPaths } = await import("../../pipeline/runFolder.ts");
  const found = await readable(join(root, "runs"), (_path, name) => readRunRecord(runPaths(root, name)));
  return found.flatMap(([name, record]) =>
    record === undefined
      ? []
      : [{ name, state: record.state, rounds: record.rounds, seed: record.seed, engine: record.engine }],
  );
}

/** What can be read of the folders in a folder: a listing leaves out what `l2e inspect` would object to. */
async function readable<T>(
  folder: string,
  read: (path: string, name: string) => Promise<T>,
): Promise<[string, T][]> {
  const { InputError } = await import("../../check/check.ts");
  const found: [string, T][] = [];
  for (const name of await foldersIn(folder)) {
    try {
      found.push([name, await read(join(folder, name), name)]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return found;
}
