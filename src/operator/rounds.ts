/** @file Learn to evolve: rounds that alternate generating trajectories with training on them. */

import { check } from "../check/check.ts";
import { type Dataset, partName } from "../datasets/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Family } from "../measures/family.ts";
import { initialParameters } from "../networks/parameters.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import { fieldEvaluator } from "./evaluator.ts";
import { type Generation, generateTrajectories } from "./generate.ts";
import { trainingStep, trainRound } from "./iterations.ts";
import { type Architecture, operatorParameters } from "./map.ts";
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
    readonly seconds: number;
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
}

export interface TrainingJob {
  readonly engine: Engine;
  readonly flow: GradientFlow;
  readonly family: Family;
  readonly architecture: Architecture;
  readonly training: TrainingSettings;
  readonly seed: number;
  /** Where generated trajectories go; one part a round. */
  readonly dataset: Dataset;
  /** State to go on from; a fresh start without. */
  readonly resume?: TrainingState;
  /** Who computes the gradients of micro-batches; this process alone where it is left out. */
  readonly reducer?: Reducer;
  /** Bytes of the pool's files that are held in memory; {@link poolBudget} where it is left out. */
  readonly poolBudget?: number;
  readonly observer: TrainingObserver;
  readonly signal: AbortSignal;
  /** Seconds; only differences mean anything. */
  readonly clock: () => number;
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

/**
 * Trains an operator. Each round generates trajectories with the averaged weights, appends them to the dataset,
 * and trains on what the dataset then holds of the last few rounds. The horizon grows where the operator satisfies the
 * weak form of its own optimality condition at the end of its roll-outs, and stays where it does not.
 *
 * A flow that depends on the time must be learned with `time` among the ranges: an operator that is not told the time cannot know it.
 *
 * Everything random is keyed by the seed and the round or iteration: a run that is stopped anywhere and
 * continued from the last completed round ends in the same bytes.
 */
export async function trainOperator(job: TrainingJob): Promise<TrainingState> {
  const { training, signal, observer } = job;
  check(
    job.flow.conditions?.["time"] === undefined || training.ranges["time"] !== undefined,
    () => `trainOperator: ${job.flow.name} depends on the time; give training.ranges.time, [first, last].`,
  );
  const key = keyFrom(job.seed);
  let state = job.resume ?? {
    ...initialTrainingState(job.architecture, key),
    horizon: Math.min(training.firstHorizon, training.horizon),
  };
  await job.dataset.truncateToRound(state.round);
  const step = trainingStep(job);
  while (state.round < training.rounds) {
    const round = state.round + 1;
    const horizon = await generateRound(job, { state, round, key: foldIn(foldIn(key, "round"), round) });
    const trained = await trainRound(job, { state, round, step });
    state = { ...trained.state, round, horizon };
    signal.throwIfAborted();
    await observer.round({ round, rounds: training.rounds, loss: trained.loss, state });
  }
  return state;
}

/** Appends the round's trajectories to the dataset and returns the next round's horizon. */
async function generateRound(
  job: TrainingJob,
  at: { readonly state: TrainingState; readonly round: number; readonly key: Key },
): Promise<number> {
  const { training, flow } = job;
  const { state, round, key } = at;
  const began = job.clock();
  const model = { flow, architecture: job.architecture, parameters: state.average };
  const evaluate = fieldEvaluator(job.engine, model);
  const generation = await generateTrajectories({ flow, evaluate, context: training.context }, job.family, {
    densities: training.densities,
    particles: training.particles,
    steps: state.horizon,
    snapshots: training.snapshots,
    ranges: training.ranges,
    key,
    signal: job.signal,
  });
  const provenance = {
    seed: job.seed,
    source: state.round === 0 ? "initial" : `round ${state.round}`,
  };
  const snapshots = generation.snapshots.map(({ conditions, ...snapshot }) => ({
    ...snapshot,
    ...provenance,
    time: snapshot.step * snapshot.tau,
    parameters: conditions,
  }));
  await job.dataset.append({ round, name: partName(0), snapshots });
  job.observer.generated({ round, horizon: state.horizon, generation, seconds: job.clock() - began });
  return nextHorizon(state.horizon, generation, training);
}

/** `⌈1.5 K⌉ + 2` while the operator is right at the end of its roll-outs, up to the greatest horizon. */
function nextHorizon(
  horizon: number,
  generation: Generation,
  training: Pick<TrainingSettings, "horizon" | "residualTolerance" | "densities">,
): number {
  const sound =
    generation.frontierResidual <= training.residualTolerance &&
    generation.refused.length <= training.densities / 8;
  return sound ? Math.min(training.horizon, Math.ceil(1.5 * horizon) + 2) : horizon;
}
