/** @file Learn to evolve: rounds that alternate generating trajectories with training on them. */

import { check } from "../check/check.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { type Receipt, removeReceipts } from "../datasets/receipt.ts";
import { initialParameters } from "../networks/parameters.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import {
  type Generation,
  type GenerationJob,
  generationOf,
  makeBlock,
  type RoundOrder,
  receiptOf,
  roundOrder,
} from "./blocks.ts";
import type { Architecture } from "./form.ts";
import { trainingStep, trainRound } from "./iterations.ts";
import { operatorParameters } from "./map.ts";
import type { Reducer } from "./microBatches.ts";
import type { Ranges } from "./pool.ts";

/** What training carries from round to round; together with the settings it determines everything that follows. */
export interface TrainingState {
  /** Completed rounds. */
  readonly round: number;
  /** Completed iterations. */
  readonly iteration: number;
  /** Steps that the next generation rolls out. */
  readonly horizon: number;
  readonly parameters: Float32Array;
  /** Moments of Adam. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Averaged parameters: with these data are generated, and these are the trained operator. */
  readonly average: Float32Array;
}

export interface TrainingSettings {
  readonly rounds: number;
  readonly iterations: number;
  readonly densities: number;
  /** Densities that are generated together: one part of the dataset, and the least that a worker can be given. */
  readonly block: number;
  readonly particles: number;
  /** Longest roll-out of a generation, in steps; 0 trains on initial densities alone. */
  readonly horizon: number;
  /** Roll-out of the first round; it does not grow where this is the longest already. */
  readonly firstHorizon: number;
  readonly snapshots: number;
  readonly batch: number;
  readonly context: number;
  readonly queries: number;
  readonly learningRate: number;
  readonly averaging: number;
  /** Consecutive steps whose objectives a loss sums. */
  readonly unroll: number;
  readonly clip: number;
  /** Equal parts of a batch whose gradients are computed one by one, or by several ranks; 1 where it is left out. */
  readonly microBatches?: number;
  readonly residualTolerance: number;
  /** What one operator learns at once; what is missing is that of the flow alone. */
  readonly ranges: Ranges;
}

export interface TrainingObserver {
  generated(info: {
    readonly round: number;
    readonly horizon: number;
    readonly generation: Generation;
  }): void;
  iteration(info: {
    readonly iteration: number;
    readonly total: number;
    readonly loss: number;
    readonly norm: number;
  }): void;
  /** Called when a round is complete; the round counts as done once this resolves. */
  round(info: {
    readonly round: number;
    readonly rounds: number;
    readonly loss: number;
    readonly state: TrainingState;
  }): Promise<void>;
  /** Called when the signal is raised within a round, with what {@link TrainingJob.within} takes; then the signal's reason is thrown. */
  suspended?(within: WithinRound): Promise<void>;
}

/** How far a round has come whose trajectories are there. */
export interface WithinRound {
  /** Its `round` and `horizon` are those of the last completed round, its weights and `iteration` those of now. */
  readonly state: TrainingState;
  /** Sum of the losses of the round's iterations so far. */
  readonly loss: number;
}

export interface TrainingJob extends GenerationJob {
  /** State to go on from; a fresh start without. */
  readonly resume?: TrainingState;
  /** Where in the round after it to go on. */
  readonly within?: WithinRound;
  /** Last round to train; all where it is left out. */
  readonly until?: number;
  /** True where others generate: what they have not left in the dataset's folder is then an error. */
  readonly elsewhere?: boolean;
  /** Who computes the gradients of micro-batches; this process alone where it is left out. */
  readonly reducer?: Reducer;
  /** Bytes of the pool's files that are held in memory; {@link poolBudget} where it is left out. */
  readonly poolBudget?: number;
  readonly observer: TrainingObserver;
}

/** The state before the first round. */
export function initialTrainingState(architecture: Architecture, key: Key): TrainingState {
  const parameters = initialParameters(operatorParameters(architecture), foldIn(key, "parameters"));
  const zeros = () => new Float32Array(parameters.length);
  return {
    round: 0,
    iteration: 0,
    horizon: 0,
    parameters,
    first: zeros(),
    second: zeros(),
    average: parameters,
  };
}

/** The state that a training with these settings starts from. */
export function startOf(job: Pick<TrainingJob, "architecture" | "seed" | "training">): TrainingState {
  const { firstHorizon, horizon } = job.training;
  const start = initialTrainingState(job.architecture, keyFrom(job.seed));
  return { ...start, horizon: Math.min(firstHorizon, horizon) };
}

/**
 * Trains an operator. Each round generates trajectories with the averaged weights, appends them to the dataset,
 * and trains on what the dataset then holds of the last few rounds. The horizon grows where the operator satisfies the
 * weak form of its own optimality condition at the end of its roll-outs, and stays where it does not.
 *
 * A flow that depends on the time must be learned with `time` among the ranges: an operator that is not told the time cannot know it.
 *
 * Everything random is keyed by the seed and the round or iteration: a run that is stopped anywhere and
 * continued from the last completed round, or from within one, ends in the same bytes. Blocks that are in the dataset's folder
 * already, from before the interruption or from other workers, are not generated again.
 */
export async function trainOperator(job: TrainingJob): Promise<TrainingState> {
  const { training, observer } = job;
  check(
    job.flow.conditions?.["time"] === undefined || training.ranges["time"] !== undefined,
    () => `trainOperator: ${job.flow.name} depends on the time; give training.ranges.time, [first, last].`,
  );
  const last = Math.min(training.rounds, job.until ?? training.rounds);
  let state = job.resume ?? startOf(job);
  await job.dataset.truncateToRound(state.round);
  await removeReceipts(job.dataset.folder, partsOf(job.dataset, state.round));
  const step = trainingStep(job);
  while (state.round < last) {
    const round = state.round + 1;
    const horizon = await generateRound(job, state);
    const within = job.within?.state.round === state.round ? job.within : { state, loss: 0 };
    const trained = await trainRound(job, { state, within, round, step });
    state = { ...trained.state, round, horizon };
    // Interrupted or not: what is complete is saved before anything stops.
    await observer.round({ round, rounds: training.rounds, loss: trained.loss, state });
    await removeReceipts(job.dataset.folder, partsOf(job.dataset, round));
  }
  return state;
}

/** Completes the round's blocks, commits them to the dataset, and returns the next round's horizon. */
async function generateRound(job: TrainingJob, state: TrainingState): Promise<number> {
  const { dataset, training, observer, signal } = job;
  const order = roundOrder(job, state);
  const receipts: Receipt[] = [];
  for (const block of order.blocks) {
    signal.throwIfAborted();
    const there = await receiptOf(dataset, order, block);
    check(
      there !== undefined || job.elsewhere !== true,
      () =>
        `${dataset.folder}: block ${block.index} of round ${order.round} is not there. Run its shard, l2e shard --stage generate, first.`,
    );
    receipts.push(there ?? (await makeBlock(job, { state, order, block })));
  }
  await dataset.commit(receipts.map(({ entry }) => entry));
  const generation = generationOf(receipts);
  observer.generated({ round: order.round, horizon: order.horizon, generation });
  return nextHorizon(order, generation, training);
}

function partsOf({ manifest }: Dataset, round: number) {
  return manifest.parts.filter((part) => part.round === round);
}

/** `⌈1.5 K⌉ + 2` while the operator is right at the end of its roll-outs, up to the greatest horizon. */
function nextHorizon(
  { horizon }: RoundOrder,
  generation: Generation,
  training: Pick<TrainingSettings, "horizon" | "residualTolerance" | "densities">,
): number {
  const sound =
    generation.frontierResidual <= training.residualTolerance &&
    generation.refused.length <= training.densities / 8;
  return sound ? Math.min(training.horizon, Math.ceil(1.5 * horizon) + 2) : horizon;
}
