/** @file The training stage: rounds into a dataset and a checkpoint, from the start or from where they stopped. */

import { join } from "node:path";
import { check } from "../check/check.ts";
import { saveCheckpoint } from "../checkpoints/checkpoint.ts";
import type { CheckpointFields } from "../checkpoints/manifest.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Architecture, ArchitectureSizes } from "../operator/form.ts";
import { type TrainingObserver, type TrainingState, trainOperator } from "../operator/rounds.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { Problem } from "./definition.ts";
import { nextRound } from "./generation.ts";
import { readHistory, secondsOf, type TrainingHistory, writeHistory } from "./history.ts";
import { flowRecord } from "./model.ts";
import type { OpenRun } from "./openRun.ts";
import { tensorsOf } from "./trainingState.ts";
import { forgetSuspended, suspendedRound, suspendRound } from "./withinRound.ts";

/** An operator and how it came about. */
export interface Trained {
  readonly model: OperatorModel;
  readonly state: TrainingState;
  readonly dataset: Dataset;
  readonly history: TrainingHistory;
}

/**
 * Trains, or goes on training, or reads what was trained. Every finished round is in the checkpoint; a round that is interrupted
 * is kept beside it.
 *
 * @param part.until the last round to train; all where it is left out.
 * @param part.elsewhere true where other processes generate: a block that is missing is then an error.
 */
export async function trainStage(
  run: OpenRun,
  problem: Problem,
  part: { readonly until?: number; readonly elsewhere?: boolean } = {},
): Promise<Trained> {
  const { paths, settings, progress } = run;
  progress.stage("train");
  const { job, completed, trainedOn, state: start } = await nextRound(run, problem);
  const { architecture, dataset } = job;
  if (completed !== undefined) await checkRounds(run, dataset, { round: completed.round, trainedOn });
  const within = await suspendedRound(paths, architecture, start);
  const reached = { round: start.round, iteration: (within ?? { state: start }).state.iteration };
  const history = await readHistory(paths.history, reached);
  if (start.round > 0 || within !== undefined) {
    const amid = within === undefined ? "" : `, at iteration ${reached.iteration}`;
    progress.note(`going on after round ${start.round} of ${settings.training.rounds}${amid}`);
  }
  const context = { problem, architecture, dataset, history, before: within?.seconds ?? 0 };
  const state =
    start.round === settings.training.rounds
      ? start
      : await (run.train ?? trainOperator)({
          ...job,
          ...part,
          observer: observer(run, context),
          ...(completed === undefined ? {} : { resume: completed }),
          ...(within === undefined ? {} : { within }),
        });
  return { model: { flow: problem.flow, architecture, parameters: state.average }, state, dataset, history };
}

/** What a training goes on from must be what it was trained on so far, to the byte. */
async function checkRounds(
  run: OpenRun,
  dataset: Dataset,
  { round, trainedOn }: { readonly round: number; readonly trainedOn: string | undefined },
): Promise<void> {
  // What was saved in the midst of a round has the parts of that round too.
  const last = [round, round + 1].find((end) => dataset.digest(end) === trainedOn);
  check(
    last !== undefined,
    () =>
      `${join(dataset.folder, "manifest.json")} does not list the parts that ${run.paths.checkpoint} was trained on up to round ${round}. Restore it from a copy, or start afresh without --resume.`,
  );
  await dataset.verify([0, last]);
}

/** Saves the checkpoint of a finished training: with its ONNX model, and with the metrics once they are known. */
export async function saveFinished(
  run: OpenRun,
  trained: Trained,
  options: {
    readonly problem: Problem;
    readonly metrics: Readonly<Record<string, number>>;
    readonly onnx: Uint8Array | undefined;
  },
): Promise<void> {
  const { onnx } = options;
  const fields = checkpointFields(run, {
    ...trained,
    ...options,
    architecture: trained.model.architecture,
    finished: true,
  });
  const tensors = tensorsOf(trained.model.architecture, trained.state);
  await saveCheckpoint(run.paths.checkpoint, { fields, ...tensors, ...(onnx === undefined ? {} : { onnx }) });
}

function observer(
  run: OpenRun,
  context: {
    readonly problem: Problem;
    readonly architecture: Architecture;
    readonly dataset: Dataset;
    readonly history: TrainingHistory;
    /** Seconds of training in the first round, before it was interrupted. */
    readonly before: number;
  },
): TrainingObserver {
  const { progress, tracker, clock, settings, paths } = run;
  const { history, architecture } = context;
  const { rounds } = settings.training;
  let generated = { horizon: 0, trajectories: 0, snapshots: 0, refused: 0, residual: 0, generateSeconds: 0 };
  let { before } = context;
  let began = clock();
  let firstIteration = 0;
  const trainingSeconds = () => before + clock() - began;
  return {
    generated({ round, horizon, generation }) {
      generated = {
        horizon,
        trajectories: settings.training.densities,
        snapshots: generation.snapshots,
        refused: generation.refused.length,
        residual: generation.frontierResidual,
        generateSeconds: generation.seconds,
      };
      began = clock();
      firstIteration = 0;
      progress.update(`round ${round}/${rounds}, ${generated.snapshots} densities over ${horizon} steps`);
    },
    iteration({ iteration, total, loss, norm }) {
      firstIteration ||= iteration;
      const isLast = iteration === total;
      if (iteration % thinning(total, KEPT_LOSSES) === 0 || isLast) history.losses.push([iteration, loss]);
      if (iteration % thinning(total, TRACKED_LOSSES) === 0 || isLast)
        tracker.metrics({ loss, norm }, iteration);
      const speed = (iteration - firstIteration) / Math.max(1e-9, clock() - began);
      const round = Math.ceil((iteration / total) * rounds);
      const rate = iteration > firstIteration ? `, ${speed.toPrecision(3)} it/s` : "";
      progress.update(`round ${round}/${rounds}, loss ${loss.toPrecision(3)}${rate}`, iteration / total);
    },
    async suspended(within) {
      await run.checkLock();
      await writeHistory(paths.history, history);
      await suspendRound(paths, architecture, { ...within, seconds: trainingSeconds() });
    },
    async round({ round, loss, state }) {
      const seconds = generated.generateSeconds + trainingSeconds();
      history.rounds.push({ round, ...generated, loss, seconds });
      tracker.metrics({ "round.loss": loss, ...roundMetrics(generated) }, state.iteration);
      await run.checkLock();
      await writeHistory(paths.history, history);
      const fields = checkpointFields(run, { ...context, state, metrics: { loss }, finished: false });
      await saveCheckpoint(paths.checkpoint, { fields, ...tensorsOf(architecture, state) });
      const { total, generate } = secondsOf(history);
      await run.update({ rounds: round, seconds: { generate, train: total - generate } });
      await forgetSuspended(paths);
      before = 0;
    },
  };
}

/** Points of a curve that go to the tracker, at most. */
const TRACKED_LOSSES = 5000;

/** Losses that the history keeps, at most: it is in memory, and is written in every round. */
const KEPT_LOSSES = 10_000;

/** Every how many iterations a curve has a point. */
function thinning(total: number, most: number): number {
  return Math.max(1, Math.ceil(total / most));
}

function roundMetrics(generated: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    ["horizon", "snapshots", "refused", "residual"].map((name) => [`round.${name}`, generated[name]]),
  );
}

function checkpointFields(
  run: OpenRun,
  at: {
    readonly problem: Problem;
    readonly architecture: ArchitectureSizes;
    readonly dataset: Dataset;
    readonly state: TrainingState;
    readonly metrics: Readonly<Record<string, number>>;
    readonly finished: boolean;
  },
): CheckpointFields {
  const { settings } = run;
  const { round, iteration } = at.state;
  return {
    kind: "jko-operator",
    pipeline: run.definition.name,
    preset: run.preset,
    seed: settings.seed,
    engine: run.engine.name,
    flow: flowRecord(at.problem.flow),
    architecture: { ...at.architecture, widths: [...at.architecture.widths] },
    training: settings.training,
    settings,
    dataset: { path: `datasets/${run.paths.name}`, sha256: at.dataset.digest() },
    ...(run.gitCommit === undefined ? {} : { gitCommit: run.gitCommit }),
    metrics: at.metrics,
    progress: { round, iteration, finished: at.finished },
  };
}
