/** @file Whole runs of the tiny pipeline: as a process that a fault strikes, and in this process to go on after it. */

import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { lockFolder } from "../../src/cli/holder.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { silentProgress } from "../../src/pipeline/progress.ts";
import { parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { type RunOutcome, runPipeline } from "../../src/pipeline/run.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import tiny from "../fixtures/tiny.ts";
import { type Ended, startProcess } from "../process.ts";
import type { Fault } from "./fault.ts";

export const name = "tiny-smoke";
const settings = ["training.rounds=3", "training.iterations=2"];
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** A fault that has neither struck nor let the process end by then has made it hang. */
const PATIENCE_MS = 90_000;

/** The run as a user starts it, with a fault. */
export function victim(root: string, fault: Omit<Fault, "root">, resume: boolean): Promise<Ended> {
  const sets = settings.flatMap((text) => ["--set", text]);
  const words = ["run", file("../fixtures/tiny.ts"), "--preset", "smoke", ...sets, "--quiet", "--json"];
  words.push("--threads", "1", "--engine", "onnx", "--out", root, ...(resume ? ["--resume"] : []));
  const env = {
    NODE_OPTIONS: `--import=${new URL("inject.js", import.meta.url).href}`,
    L2E_FAULT: JSON.stringify({ root, ...fault }),
  };
  return startProcess(words, { env, patience: PATIENCE_MS }).ended;
}

/** The same run, gone on with in this process, without faults. */
export function resume(root: string, engine: Engine): Promise<RunOutcome> {
  return runPipeline({
    definition: tiny,
    preset: "smoke",
    settings: resolveSettings(tiny, "smoke", settings.map(parseOverride)),
    root,
    resume: true,
    engine,
    lockFolder,
    openTracker: (run) => openFileStoreRun({ ...run, clock: () => 1_700_000_000_000, user: "tester" }),
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => 0,
  });
}

/** What must come out the same to the byte, and what a run says of itself without its times and its commit. */
export async function products(root: string): Promise<Record<string, string>> {
  const dataset = join(root, "datasets", name);
  const checkpoint = join(root, "checkpoints", name);
  const listed = (await readdir(dataset, { recursive: true })).filter((path) => /\.(arrow|json)$/.test(path));
  const files = [
    ...listed.map((path) => join(dataset, path)),
    ...["weights.safetensors", "training.safetensors", "operator.onnx"].map((path) => join(checkpoint, path)),
  ];
  const entries = files.sort().map(async (path) => {
    const bytes = await readFile(path);
    return [relative(root, path).split(sep).join("/"), bytes.toString("base64")] as const;
  });
  const json = async (...path: string[]) => JSON.parse(await readFile(join(root, ...path), "utf8"));
  const { gitCommit: _, metrics, ...manifest } = await json("checkpoints", name, "manifest.json");
  const { "training.seconds": __, ...measured } = metrics;
  const result = await json("runs", name, "result.json");
  return {
    ...Object.fromEntries(await Promise.all(entries)),
    "checkpoint's manifest": JSON.stringify([manifest, measured]),
    "metrics of the result": JSON.stringify(result.metrics),
  };
}

/** The names of the products that differ. */
export function differing(
  got: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(got), ...Object.keys(wanted)])].filter(
    (key) => got[key] !== wanted[key],
  );
}
