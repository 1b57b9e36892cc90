/** @file A run as its rounds of generation see it: the order of the next one, and which of its blocks are there. */

import { loadCheckpoint } from "../checkpoints/checkpoint.ts";
import { openDataset } from "../datasets/dataset.ts";
import {
  type Block,
  type GenerationJob,
  type RoundOrder,
  receiptOf,
  roundOrder,
} from "../operator/blocks.ts";
import { startOf, type TrainingState } from "../operator/rounds.ts";
import type { Problem } from "./definition.ts";
import { architectureOf } from "./model.ts";
import type { OpenRun } from "./openRun.ts";
import { stateOf, weightShapes } from "./trainingState.ts";

/** What generation takes from a run: that of the process that opened it, or one as its folder says it is. */
export type GeneratingRun = Pick<
  OpenRun,
  "definition" | "preset" | "settings" | "paths" | "engine" | "signal" | "clock" | "record"
>;

/** The next round of a run. */
export interface NextRound {
  readonly job: GenerationJob;
  /** The state after the last completed round; undefined where none is. */
  readonly completed: TrainingState | undefined;
  /** SHA-256 of the manifest of the dataset when that was saved. */
  readonly trainedOn: string | undefined;
  /** The same, or the one that training starts from. */
  readonly state: TrainingState;
}

/** Reads what a run's folder and checkpoint say of its next round. Its dataset is made where it is missing. */
export async function nextRound(run: GeneratingRun, problem: Problem): Promise<NextRound> {
  const { settings, definition, preset } = run;
  const architecture = architectureOf(problem, settings);
  const job = {
    engine: run.engine,
    flow: problem.flow,
    family: problem.family,
    architecture,
    training: settings.training,
    seed: settings.seed,
    dataset: await openDataset(run.paths.dataset, datasetFormat(run, problem)),
    identity: JSON.stringify([definition.name, preset, settings]),
    signal: run.signal,
    clock: run.clock,
  };
  const { completed, trainedOn } = await savedState(run, architecture);
  return { job, completed, trainedOn, state: completed ?? startOf(job) };
}

/** The order of the next round, and those of its blocks, or of some of them, that are not there, or not whole. */
export async function missingBlocks(
  { job, state }: NextRound,
  mine: (block: Block) => boolean = () => true,
): Promise<{ readonly order: RoundOrder; readonly missing: readonly Block[] }> {
  const order = roundOrder(job, state);
  const missing: Block[] = [];
  for (const block of order.blocks.filter(mine)) {
    if ((await receiptOf(job.dataset, order, block)) === undefined) missing.push(block);
  }
  return { order, missing };
}

/** The state that this run put into its checkpoint last; an older run's checkpoint does not count. */
async function savedState(
  run: GeneratingRun,
  architecture: GenerationJob["architecture"],
): Promise<Pick<NextRound, "completed" | "trainedOn">> {
  if (run.record().rounds === 0) return { completed: undefined, trainedOn: undefined };
  const { manifest, weights, training } = await loadCheckpoint(run.paths.checkpoint, {
    shapes: weightShapes(architecture),
  });
  const completed = stateOf(architecture, { weights, training: training ?? {} });
  return { completed, trainedOn: manifest.dataset?.sha256 };
}

function datasetFormat(run: GeneratingRun, problem: Problem) {
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
