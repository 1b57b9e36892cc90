/** @file Where the files of a run lie, and `run.json`, which says what the run is and how far it came. */

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { check } from "../check/check.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readTextIfAny } from "../files/text.ts";
import type { PipelineDefinition, PresetName } from "./definition.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** Every place that a run writes to. */
export interface RunPaths {
  /** Also the name of its dataset, its checkpoint and its MLflow run. */
  readonly name: string;
  readonly root: string;
  readonly folder: string;
  readonly dataset: string;
  readonly checkpoint: string;
  readonly tracking: string;
  readonly record: string;
  readonly history: string;
  /** The state of a round that was interrupted. */
  readonly withinRound: string;
  /** What evaluations found that were made one by one. */
  readonly findings: string;
  /** What the tasks of an executor printed. */
  readonly logs: string;
  readonly result: string;
  readonly reportData: string;
  readonly report: string;
  readonly figures: string;
}

/** Version of `run.json`; another one is refused. */
const RUN_SCHEMA = "l2e.run/1";

const RunRecordSchema = z.strictObject({
  schema: z.literal(RUN_SCHEMA),
  pipeline: z.string(),
  preset: z.enum(["smoke", "quick", "full", "paper"]),
  settings: settingsSchema,
  seed: z.int(),
  engine: z.string(),
  engineDetail: z.string(),
  mlflowRunId: z.string(),
  state: z.enum(["running", "interrupted", "failed", "finished"]),
  rounds: z
    .int()
    .nonnegative()
    .describe(
      "rounds that this run has put into the checkpoint; 0: the checkpoint, if any, is an older run's",
    ),
  seconds: z.record(z.string(), z.number()),
  written: z
    .record(z.string(), z.string())
    .optional()
    .describe("sha256 of the result, of the report and of its data, once they are there"),
});

/** What `run.json` holds. */
export type RunRecord = Readonly<z.output<typeof RunRecordSchema>> & { readonly settings: Settings };

/** `<pipeline>` for the preset full, `<pipeline>-<preset>` otherwise. */
export function runName(definition: PipelineDefinition, preset: PresetName): string {
  return preset === "full" ? definition.name : `${definition.name}-${preset}`;
}

/** The places of the run of this name below a base folder. */
export function runPaths(root: string, name: string): RunPaths {
  const folder = join(root, "runs", name);
  return {
    name,
    root,
    folder,
    dataset: join(root, "datasets", name),
    checkpoint: join(root, "checkpoints", name),
    tracking: join(root, "mlruns"),
    record: join(folder, "run.json"),
    history: join(folder, "training.json"),
    withinRound: join(folder, "within-round.safetensors"),
    findings: join(folder, "findings"),
    logs: join(folder, "logs"),
    result: join(folder, "result.json"),
    reportData: join(folder, "report.json"),
    report: join(folder, "report.html"),
    figures: join(folder, "figures"),
  };
}

/** Reads `run.json`; undefined where there is none. Throws `InputError` where it is not one. */
export async function readRunRecord(paths: RunPaths): Promise<RunRecord | undefined> {
  const content = await readJson(paths.record);
  if (content === undefined) return undefined;
  const version = (content as { readonly schema?: unknown } | null)?.schema;
  check(
    version === RUN_SCHEMA,
    () =>
      `${paths.record} has schema ${JSON.stringify(version)}, this l2e reads ${RUN_SCHEMA}: go on with the version of learn-to-evolve that wrote it, or start afresh without --resume.`,
  );
  const result = RunRecordSchema.safeParse(content);
  check(
    result.success,
    () =>
      `${paths.record} is not the record of a run that this l2e can read (${(result.error as z.ZodError).issues[0].message}). Start afresh without --resume.`,
  );
  return result.data as RunRecord;
}

export async function writeRunRecord(paths: RunPaths, record: RunRecord): Promise<void> {
  await writeAtomically(paths.record, jsonText(record));
}

/** Removes what an earlier run of this name left in its run folder and its dataset: none of it must pass for the new run's. */
export async function clearRunFolder(paths: RunPaths): Promise<void> {
  for (const path of [
    paths.record,
    paths.history,
    paths.withinRound,
    paths.findings,
    paths.logs,
    paths.result,
    paths.reportData,
    paths.report,
    paths.figures,
  ]) {
    await rm(path, { recursive: true, force: true });
  }
  await forgetParts(paths.dataset);
}

/** Removes the parts and the manifest of a dataset, and nothing else that may lie in the folder. */
async function forgetParts(folder: string): Promise<void> {
  if (!(await exists(join(folder, "manifest.json")))) return;
  await rm(join(folder, "manifest.json"));
  const rounds = (await readdir(folder)).filter((name) => /^round-\d{3,}$/.test(name));
  for (const round of rounds) await rm(join(folder, round), { recursive: true });
}

/** The content of a JSON file; undefined where there is no file. Throws `InputError` where it is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readTextIfAny(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    check(
      false,
      () =>
        `${path} is not JSON: ${(error as Error).message}. It has been changed or damaged since it was written: restore it from a copy, or start afresh without --resume.`,
    );
  }
}

/** JSON with typed arrays as lists of five digits, which is more than a figure shows. */
export function jsonText(value: unknown): string {
  const plain = (_name: string, entry: unknown) =>
    entry instanceof Float32Array || entry instanceof Float64Array
      ? Array.from(entry, (x) => Number(x.toPrecision(5)))
      : entry;
  return `${JSON.stringify(value, plain, 2)}\n`;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
