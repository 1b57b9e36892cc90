/** @file The training stage: rounds into a dataset and a checkpoint, from the start or from where they stopped. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { check } from "../check/check.ts";
import { loadCheckpoint, saveCheckpoint } from "../checkpoints/checkpoint.ts";
import type { CheckpointFields } from "../checkpoints/manifest.ts";
import { type Dataset, openDataset } from "../datasets/dataset.ts";
import type { Architecture } from "../operator/map.ts";
import { type TrainingObserver, type TrainingState, trainOperator } from "../operator/rounds.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { Problem } from "./definition.ts";
import { readHistory, secondsOf, type TrainingHistory, writeHistory } from "./history.ts";
import { architectureOf, flowRecord } from "./model.ts";
import type { OpenRun } from "./openRun.ts";
import { exists } from "./runFolder.ts";
import { stateOf, tensorsOf, weightShapes } from "./trainingState.ts";

/** An operator and how it came about. */
export interface Trained {
  readonly model: OperatorModel;
  readonly state: TrainingState;
  readonly dataset: Dataset;
  readonly history: TrainingHistory;
}

/** Trains, or goes on training, or reads what was trained. Every finished round is in the checkpoint. */
export async function trainStage(run: OpenRun, problem: Problem): Promise<Trained> {
  const { paths, settings, progress } = run;
  const architecture = architectureOf(problem, settings);
  const resumed = await resumedState(run, architecture);
  progress.stage("train");
  if (resumed === undefined) await forgetParts(paths.dataset);
  const dataset = await openDataset(paths.dataset, datasetFormat(run, problem));
  if (resumed !== undefined) await checkRounds(run, dataset, resumed.round);
  const history = await readHistory(paths.history, resumed ?? { round: 0, iteration: 0 });
  const job = {
    engine: run.engine,
    flow: problem.flow,
    family: problem.family,
    architecture,
    training: settings.training,
    seed: settings.seed,
    dataset,
    signal: run.signal,
    clock: run.clock,
    observer: observer(run, { problem, architecture, dataset, history }),
    ...(resumed === undefined ? {} : { resume: resumed }),
  };
  if (resumed !== undefined) {
    progress.note(`going on after round ${resumed.round} of ${settings.training.rounds}`);
  }
  const state =
    resumed?.round === settings.training.rounds ? resumed : await (run.train ?? trainOperator)(job);
  return {
    model: { flow: problem.flow, architecture, parameters: state.average },
    state,
    dataset,
    history,
  };
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

/** The state that this run put into its checkpoint last; an older run's checkpoint does not count. */
async function resumedState(run: OpenRun, architecture: Architecture): Promise<TrainingState | undefined> {
  if (run.record().rounds === 0) return undefined;
  const { weights, training } = await loadCheckpoint(run.paths.checkpoint, {
    shapes: weightShapes(architecture),
  });
  return stateOf(architecture, { weights, training: training ?? {} });
}

/** What a training goes on from must be what it was trained on so far, to the byte. */
async function checkRounds(run: OpenRun, dataset: Dataset, round: number): Promise<void> {
  const { manifest } = await loadCheckpoint(run.paths.checkpoint, { weightsOnly: true });
  // What was saved in the midst of a round has the parts of that round too.
  const last = [round, round + 1].find((end) => dataset.digest(end) === manifest.dataset?.sha256);
  check(
    last !== undefined,
    () =>
      `${join(dataset.folder, "manifest.json")} does not list the parts that ${run.paths.checkpoint} was trained on up to round ${round}. Restore it from a copy, or start afresh without --resume.`,
  );
  await dataset.verify([0, last]);
}

function observer(
  run: OpenRun,
  context: {
    readonly problem: Problem;
    readonly architecture: Architecture;
    readonly dataset: Dataset;
    readonly history: TrainingHistory;
  },
): TrainingObserver {
  const { progress, tracker, clock, settings } = run;
  const { history } = context;
  const { rounds } = settings.training;
  let began = clock();
  let generated = { horizon: 0, trajectories: 0, snapshots: 0, refused: 0, residual: 0, generateSeconds: 0 };
  let trainingBegan = began;
  let firstIteration = 0;
  return {
    generated({ round, horizon, generation, seconds }) {
      generated = {
        horizon,
        trajectories: settings.training.densities,
        snapshots: generation.snapshots.length,
        refused: generation.refused.length,
        residual: generation.frontierResidual,
        generateSeconds: seconds,
      };
      trainingBegan = clock();
      firstIteration = 0;
      progress.update(`round ${round}/${rounds}, ${generated.snapshots} densities over ${horizon} steps`);
    },
    iteration({ iteration, total, loss, norm }) {
      firstIteration ||= iteration;
      history.losses.push([iteration, loss]);
      if (iteration % thinning(total) === 0 || iteration === total)
        tracker.metrics({ loss, norm }, iteration);
      const speed = (iteration - firstIteration) / Math.max(1e-9, clock() - trainingBegan);
      const round = Math.ceil((iteration / total) * rounds);
      const rate = iteration > firstIteration ? `, ${speed.toPrecision(3)} it/s` : "";
      progress.update(`round ${round}/${rounds}, loss ${loss.toPrecision(3)}${rate}`, iteration / total);
    },
    async round({ round, loss, state }) {
      const seconds = clock() - began;
      history.rounds.push({ round, ...generated, loss, seconds });
      tracker.metrics({ "round.loss": loss, ...roundMetrics(generated) }, state.iteration);
      await run.checkLock();
      await writeHistory(run.paths.history, history);
      const fields = checkpointFields(run, { ...context, state, metrics: { loss }, finished: false });
      await saveCheckpoint(run.paths.checkpoint, { fields, ...tensorsOf(context.architecture, state) });
      const { total, generate } = secondsOf(history);
      await run.update({ rounds: round, seconds: { generate, train: total - generate } });
      began = clock();
    },
  };
}

/** At most about five thousand points of a curve go to the tracker. */
function thinning(total: number): number {
  return Math.max(1, Math.ceil(total / 5000));
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
    readonly architecture: Architecture;
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

function datasetFormat(run: OpenRun, problem: Problem) {
  const { dimension, name } = problem.flow;
  return {
    dimension,
    domain: "euclidean",
    coordinates: Array.from({ length: dimension }, (_, k) => `x${k + 1}`),
    units: new Array<string>(dimension).fill("1"),
    parameters: Object.keys(problem.flow.conditions ?? {}),
    metadata: { pipeline: run.definition.name, preset: run.preset, flow: name, family: problem.family.name },
  };
}

/** Removes the parts and the manifest of an older run, and nothing else that may lie in the folder. */
async function forgetParts(folder: string): Promise<void> {
  if (!(await exists(join(folder, "manifest.json")))) return;
  await rm(join(folder, "manifest.json"));
  const rounds = (await readdir(folder)).filter((name) => /^round-\d{3,}$/.test(name));
  for (const round of rounds) await rm(join(folder, round), { recursive: true });
}
