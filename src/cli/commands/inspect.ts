/** @file `l2e inspect`: what is in a dataset, a checkpoint or an Arrow file. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

const examples = `
Examples:
  l2e inspect checkpoints/fokker-planck-2d
  l2e inspect datasets/fokker-planck-2d-quick
  l2e inspect penguins-trajectory.arrow --json`;

interface Options extends OutputOptions {
  readonly verify?: boolean;
}

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("say what is in a dataset, a checkpoint or an Arrow file")
    .description(
      "Says what a checkpoint was trained for and how far it came, which parts a dataset has, or what a trajectory holds. With --verify every file is compared with the hash in its manifest.",
    )
    .argument("<path>", "the folder of a checkpoint or a dataset, or an .arrow file")
    .option("--verify", "compare every file with its hash")
    .addHelpText("after", examples);
  withOutput(command).action(async (path: string, options: Options) => {
    const facts = await inspect(path, options.verify === true);
    if (options.json === true) print(JSON.stringify(facts.json));
    else print(facts.text);
  });
}

interface Facts {
  readonly json: unknown;
  readonly text: string;
}

async function inspect(path: string, verify: boolean): Promise<Facts> {
  const found = await stat(path).catch(() => undefined);
  check(found !== undefined, () => `${path} does not exist.`);
  if (found.isFile()) return snapshotFile(path);
  const { readJson } = await import("../../pipeline/runFolder.ts");
  const manifest = (await readJson(join(path, "manifest.json"))) as { readonly kind?: unknown } | undefined;
  check(
    manifest !== undefined,
    () =>
      `${path} is neither a checkpoint nor a dataset: it has no manifest.json. Name the folder that holds it.`,
  );
  return manifest.kind === "density-snapshots" ? dataset(path, verify) : checkpoint(path, verify);
}

async function checkpoint(path: string, verify: boolean): Promise<Facts> {
  const { loadCheckpoint, readCheckpointManifest } = await import("../../checkpoints/checkpoint.ts");
  const manifest = await readCheckpointManifest(path);
  if (verify) await loadCheckpoint(path);
  const { progress, files, metrics, ...rest } = manifest;
  const state = `${progress.finished ? "finished" : "unfinished"}, ${progress.round} rounds, ${progress.iteration} iterations`;
  const { pipeline, preset, seed, engine, flow, architecture } = rest;
  const facts = { pipeline, preset, seed, engine, state, flow, architecture };
  const tables = [
    factsTable(`Checkpoint ${path}`, facts),
    factsTable(
      "Files",
      Object.fromEntries(Object.entries(files).map(([name, file]) => [name, `${file.bytes} bytes`])),
    ),
    ...(Object.keys(metrics).length === 0 ? [] : [factsTable("Metrics", metrics)]),
  ];
  return { json: manifest, text: tables.join("\n\n") };
}

async function dataset(path: string, verify: boolean): Promise<Facts> {
  const { openDataset } = await import("../../datasets/dataset.ts");
  const opened = await openDataset(path);
  if (verify) await opened.verify();
  const { dimension, domain, coordinates, metadata, parts } = opened.manifest;
  const parted = textTable({
    title: "Parts",
    columns: ["snapshots", "particles", "bytes"].map((label) => ({ label, align: "right" as const })),
    rows: parts.map((part) => ({ label: part.path, cells: [part.snapshots, part.rows, String(part.bytes)] })),
  });
  const facts = { dimension, domain, coordinates, snapshots: opened.snapshotCount, ...metadata };
  return { json: opened.manifest, text: `${factsTable(`Dataset ${path}`, facts)}\n\n${parted}` };
}

async function snapshotFile(path: string): Promise<Facts> {
  const { openSnapshots } = await import("../../datasets/reader.ts");
  const file = await openSnapshots(path);
  try {
    check(file.count > 0, () => `${path} holds no snapshots.`);
    const [first, last] = [await file.read(0), await file.read(file.count - 1)];
    const json = {
      ...file.format,
      snapshots: file.count,
      particles: first.count,
      times: [first.time, last.time],
      tau: last.tau,
      source: last.source,
    };
    return { json, text: factsTable(`Snapshots ${path}`, json) };
  } finally {
    await file.close();
  }
}

function factsTable(title: string, facts: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
  return textTable({
    title,
    columns: [{ label: "" }],
    rows: Object.entries(facts).map(([label, value]) => ({ label, cells: [text(value)] })),
  });
}
