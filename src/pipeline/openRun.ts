/** @file Opens a run: a fresh one, or one that was interrupted and goes on. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import { removeLeftovers } from "../files/atomic.ts";
import type { Lock } from "../files/lock.ts";
import type { TrainingJob, TrainingState } from "../operator/rounds.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { Tracker } from "../tracking/tracker.ts";
import type { PipelineDefinition, PresetName } from "./definition.ts";
import type { Progress } from "./progress.ts";
import { differingSetting, flattenSettings } from "./resolveSettings.ts";
import {
  clearRunFolder,
  exists,
  type RunPaths,
  type RunRecord,
  readRunRecord,
  runName,
  runPaths,
  writeRunRecord,
} from "./runFolder.ts";
import type { Settings } from "./settings.ts";

/** Takes the lock of a folder, of several the one by this name. */
export type LockFolder = (folder: string, note: (message: string) => void, name?: string) => Promise<Lock>;

/** What to run, and everything that a run may touch. */
export interface RunOptions {
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
  readonly settings: Settings;
  /** Below it lie `datasets/`, `checkpoints/`, `runs/` and `mlruns/`. */
  readonly root: string;
  readonly resume: boolean;
  readonly engine: Engine;
  readonly openTracker: (run: {
    readonly root: string;
    readonly experiment: string;
    readonly runName: string;
    readonly runId?: string;
  }) => Promise<Tracker>;
  /** Keeps other processes out of the run's folder; left out where nobody else can come. */
  readonly lockFolder?: LockFolder;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Seconds; only differences mean anything. */
  readonly clock: () => number;
  /** Bytes of the largest memory that the process has taken so far; left out where nobody knows. */
  readonly peakMemory?: () => number;
  /** The shell command that makes the same run, for the report. */
  readonly command?: string;
  readonly gitCommit?: string;
  /** What trains; the operator's own rounds by default. */
  readonly train?: (job: TrainingJob) => Promise<TrainingState>;
  /** What turns an operator into an ONNX model; the operator's own export by default. */
  readonly exportModel?: (model: OperatorModel) => Promise<Uint8Array>;
}

/** A run that is under way. */
export interface OpenRun extends RunOptions {
  readonly paths: RunPaths;
  readonly tracker: Tracker;
  /** The record as it was last written. */
  readonly record: () => RunRecord;
  update(changes: Partial<RunRecord>): Promise<void>;
  /** Rejects when another process has taken the run over: asked before what is committed. */
  checkLock(): Promise<void>;
  /** Lets others in. */
  close(): Promise<void>;
}

/**
 * Opens a run. With `resume` an earlier run of the same name goes on, if it has the same settings; otherwise what
 * it left in the run folder is removed. Its checkpoint stays until the first round of the new run is done.
 *
 * @throws InputError, before anything is written, when another process is at work in the run's folder, or when the run
 *   to resume was made with other settings.
 */
export async function openRun(options: RunOptions): Promise<OpenRun> {
  const paths = runPaths(options.root, runName(options.definition, options.preset));
  const lock = await options.lockFolder?.(paths.folder, options.progress.note);
  try {
    return await openLocked(options, paths, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function openLocked(options: RunOptions, paths: RunPaths, lock: Lock | undefined): Promise<OpenRun> {
  const { definition, preset, settings, engine, progress } = options;
  const earlier = options.resume ? await readRunRecord(paths) : undefined;
  if (earlier !== undefined) checkSameRun(earlier, options, paths);
  progress.note(`${definition.name}, preset ${preset}, engine ${engine.name}: ${engine.detail}`);
  if (options.resume && earlier === undefined)
    progress.note(`nothing to resume in ${paths.folder}: starting`);
  const tracker = await options.openTracker({
    root: paths.tracking,
    experiment: definition.name,
    runName: paths.name,
    ...(earlier === undefined || earlier.mlflowRunId === "" ? {} : { runId: earlier.mlflowRunId }),
  });
  let record: RunRecord = {
    schema: "l2e.run/1",
    pipeline: definition.name,
    preset,
    settings,
    seed: settings.seed,
    engine: engine.name,
    engineDetail: engine.detail,
    mlflowRunId: tracker.runId,
    state: "running",
    rounds: earlier?.rounds ?? 0,
    seconds: earlier?.seconds ?? {},
    ...(earlier?.written === undefined ? {} : { written: earlier.written }),
  };
  if (earlier === undefined) await clearRunFolder(paths);
  for (const folder of [paths.folder, paths.dataset, paths.checkpoint]) {
    if (await exists(folder)) await removeLeftovers(folder);
  }
  await writeRunRecord(paths, record);
  tracker.params({ pipeline: definition.name, preset, engine: engine.name, ...flattenSettings(settings) });
  return {
    ...options,
    paths,
    tracker,
    record: () => record,
    async update(changes) {
      await lock?.check();
      record = { ...record, ...changes };
      await writeRunRecord(paths, record);
    },
    checkLock: async () => lock?.check(),
    close: async () => lock?.release(),
  };
}

function checkSameRun(earlier: RunRecord, options: RunOptions, paths: RunPaths): void {
  const differing = differingSetting(options.settings, earlier.settings);
  check(
    differing === undefined,
    () =>
      `--resume: setting ${differing?.path} is ${JSON.stringify(differing?.now)}, and the run in ${paths.folder} has ${JSON.stringify(differing?.stored)}. Give it the same settings, or start afresh without --resume.`,
  );
  check(
    earlier.engine === options.engine.name,
    () =>
      `--resume: the engine is ${options.engine.name}, and the run in ${paths.folder} was begun with ${earlier.engine}, whose last digits differ. Say --engine ${earlier.engine}, or start afresh without --resume.`,
  );
}
