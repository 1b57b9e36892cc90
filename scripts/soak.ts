/**
 * @file Trains round after round in one process and watches what it holds: `npm run soak -- --minutes 60`. Prints how fast resident memory grows once
 * the process is warm, which handles it has lost, and how the step time and the loss drift. Exit code 1 where memory grows by 1 MiB an hour or
 * more and that is more than chance.
 */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { type Engine, openEngine } from "../src/engine/engine.ts";
import { type TrainingJob, type TrainingState, trainOperator } from "../src/operator/rounds.ts";
import { loadPipeline } from "../src/pipeline/loadPipeline.ts";
import { silentProgress } from "../src/pipeline/progress.ts";
import { parseOverride, resolveSettings } from "../src/pipeline/resolveSettings.ts";
import { runPipeline } from "../src/pipeline/run.ts";
import { openFileStoreRun } from "../src/tracking/fileStore.ts";
import { type Trend, trend } from "./trend.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    threads: { type: "string", default: "1" },
    samples: { type: "string" },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`soak: --minutes must be a positive number, got ${values.minutes}.`);

/** What the process holds at the end of a round. */
interface Sample {
  readonly hours: number;
  /** MiB. */
  readonly resident: number;
  readonly heap: number;
  readonly buffers: number;
  readonly tensors: number;
  readonly files: number;
  /** Number of active handles and requests, by type. */
  readonly resources: Readonly<Record<string, number>>;
  readonly iterations: number;
  /** Of an iteration, mean of the round. */
  readonly milliseconds: number;
  readonly loss: number;
}

const began = performance.now();
const hours = () => (performance.now() - began) / 3.6e6;
const samples = await soak();
if (values.samples !== undefined) writeFileSync(values.samples, `${JSON.stringify(samples)}\n`);
process.exitCode = report(samples) ? 0 : 1;

/**
 * First many short rounds: what runs once a round is compiled by V8 after some hundreds of calls, which an hour of long rounds does not make, and
 * code that comes late is no leak. Then the run that is watched, in rounds that are long enough for what each leaves by design, its
 * lines in the manifest and in the history, not to count.
 */
async function soak(): Promise<Sample[]> {
  const engine = await openEngine("onnx", { threads: Number(values.threads) });
  const short = [
    "iterations=2",
    "densities=4",
    "particles=256",
    "context=64",
    "queries=32",
    "batch=4",
    "horizon=4",
  ];
  const long = ["iterations=200", "densities=16", "particles=1024", "horizon=10", "snapshots=5"];
  try {
    await rounds({ engine, settings: short, until: hours() + minutes / 600 });
    return await rounds({ engine, settings: long, until: hours() + minutes / 60 });
  } finally {
    await engine.dispose();
  }
}

/** A run of the pipeline, with all that it writes, that is stopped when the time is up. */
async function rounds(part: {
  readonly engine: Engine;
  readonly settings: readonly string[];
  /** Hours. */
  readonly until: number;
}): Promise<Sample[]> {
  const root = mkdtempSync(join(tmpdir(), "l2e-soak-"));
  const controller = new AbortController();
  const collected: Sample[] = [];
  try {
    const definition = await loadPipeline("fokker-planck-2d");
    const overrides = [`rounds=${Math.ceil(60 * minutes)}`, ...part.settings].map((text) =>
      parseOverride(`training.${text}`),
    );
    await runPipeline({
      definition,
      preset: "quick",
      settings: resolveSettings(definition, "quick", overrides),
      root,
      resume: false,
      engine: part.engine,
      openTracker: (run) => openFileStoreRun({ ...run, clock: () => Date.now(), user: "soak" }),
      progress: silentProgress,
      signal: controller.signal,
      clock: () => performance.now() / 1000,
      train: (job) => watched(job, { controller, collected, until: part.until }),
    });
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
  return collected;
}

/** The training, with a sample at the end of every round. */
async function watched(
  job: TrainingJob,
  run: { readonly controller: AbortController; readonly collected: Sample[]; readonly until: number },
): Promise<TrainingState> {
  let iterations = 0;
  let roundBegan = performance.now();
  const observer: TrainingJob["observer"] = {
    generated(info) {
      job.observer.generated(info);
      roundBegan = performance.now();
    },
    iteration(info) {
      job.observer.iteration(info);
      iterations = info.iteration;
    },
    async round(info) {
      const milliseconds = (performance.now() - roundBegan) / job.training.iterations;
      await job.observer.round(info);
      run.collected.push(sample({ iterations, milliseconds, loss: info.loss }));
      if (hours() >= run.until) run.controller.abort();
    },
  };
  const state = await trainOperator({ ...job, observer });
  run.controller.abort();
  return state;
}

function sample(at: Pick<Sample, "iterations" | "milliseconds" | "loss">): Sample {
  // What can be collected is not held: only what is left after it counts.
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return {
    ...at,
    hours: hours(),
    resident: rss / 2 ** 20,
    heap: heapUsed / 2 ** 20,
    buffers: external / 2 ** 20,
    tensors: tf.memory().numTensors,
    files: existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0,
    resources,
  };
}

/** Prints what was seen; false where memory grows. */
function report(all: readonly Sample[]): boolean {
  // Caches fill and the heap finds its size in the first quarter.
  const [begin, last] = [all[0], all[all.length - 1]];
  const warm = all.filter(({ hours: at }) => at >= begin.hours + (last.hours - begin.hours) / 4);
  const [first] = warm;
  const of = (pick: (sample: Sample) => number) => trend(warm.map((row) => [row.hours, pick(row)] as const));
  const resident = of((row) => row.resident);
  console.log(
    `${all.length} rounds, ${last.iterations} iterations in ${(60 * last.hours).toFixed(1)} min; warm after ${(60 * first.hours).toFixed(1)} min`,
  );
  console.log(
    `resident memory: ${first.resident.toFixed(1)} to ${last.resident.toFixed(1)} MiB, ${shown(resident)} MiB/h`,
  );
  console.log(
    `  of which the heap ${shown(of((row) => row.heap))} MiB/h, buffers outside it ${shown(of((row) => row.buffers))} MiB/h`,
  );
  console.log(`tensors: ${first.tensors} to ${last.tensors}; open files: ${first.files} to ${last.files}`);
  console.log(`leaked handles: ${leaked(warm) || "none"}`);
  console.log(
    `iteration: ${drift(warm, (row) => row.milliseconds)} ms; loss: ${drift(warm, (row) => row.loss)}`,
  );
  const grows = resident.slope >= 1 && resident.slope > 2 * resident.error;
  // The heap takes some minutes to find its size, which hourly rates of shorter runs are made of.
  if (minutes < 30) console.log("too short to judge whether memory grows: give it half an hour or more");
  else if (grows) console.log("memory grows");
  return minutes < 30 || !grows;
}

/** Types of which the second half of the samples never had as few as the first half had at least. */
function leaked(warm: readonly Sample[]): string {
  if (warm.length < 4) return "too few rounds to tell";
  const middle = Math.ceil(warm.length / 2);
  const counts = (row: Sample): Record<string, number> => ({ ...row.resources, files: row.files });
  const types = [...new Set(warm.flatMap((row) => Object.keys(counts(row))))];
  const least = (type: string, rows: readonly Sample[]) =>
    Math.min(...rows.map((row) => counts(row)[type] ?? 0));
  return types
    .map((type) => ({ type, more: least(type, warm.slice(middle)) - least(type, warm.slice(0, middle)) }))
    .filter(({ more }) => more > 0)
    .map(({ type, more }) => `${more} ${type}`)
    .join(", ");
}

/** The mean of the warm rounds and the change an hour. */
function drift(warm: readonly Sample[], pick: (sample: Sample) => number): string {
  const mean = warm.reduce((sum, row) => sum + pick(row), 0) / warm.length;
  return `${mean.toPrecision(4)}, ${shown(trend(warm.map((row) => [row.hours, pick(row)] as const)))} an hour`;
}

function shown({ slope, error }: Trend): string {
  if (Number.isNaN(slope)) return "unknown";
  return `${slope >= 0 ? "+" : "−"}${Math.abs(slope).toPrecision(2)} ± ${error.toPrecision(2)}`;
}
