/** @file The iterations of a round: batches from the pool, the step, and what is told of it. */

import { setImmediate as turn } from "node:timers/promises"; // engines may compute without one, and signals would wait
import { type NdArray, ndarray, scalar } from "../engine/array.ts";
import { adamRate, cosineSchedule } from "../optimizers/adam.ts";
import { foldIn } from "../random/key.ts";
import { batchShape, batchSource } from "./batches.ts";
import { batchesKey, localReducer, microBatchGradients } from "./microBatches.ts";
import { type BatchArrays, drawBatch, type Pool } from "./pool.ts";
import type { TrainingJob, TrainingState, WithinRound } from "./rounds.ts";
import { openPool } from "./storedPool.ts";
import { trainingIteration, trainingUpdate } from "./training.ts";

type StateArrays = Readonly<Record<"parameters" | "first" | "second" | "average", NdArray>>;

interface StepOutput {
  readonly state: StateArrays;
  readonly loss: number;
  readonly norm: number;
}

/** One iteration, for batches of the pool that it was begun with. */
type Step = (
  state: StateArrays,
  at: { readonly iteration: number; readonly last: boolean; readonly schedule: Schedule },
) => Promise<StepOutput>;

type Schedule = { readonly rate: NdArray; readonly averaging: NdArray };

/** Compiles the step of a training; gives the function that begins a round with its pool. */
export type TrainingStep = (round: { readonly round: number; readonly pool: Pool }) => Promise<Step>;

/**
 * The step of a training: one program where the batch is one micro-batch; otherwise the gradients of micro-batches, wherever the reducer has
 * them computed, and a program for the update.
 */
export function trainingStep(job: TrainingJob): TrainingStep {
  return (job.training.microBatches ?? 1) === 1 ? wholeBatches(job) : microBatches(job);
}

function wholeBatches(job: TrainingJob): TrainingStep {
  const { engine, flow, architecture, training } = job;
  const program = engine.jit(trainingIteration(flow, architecture, training), { name: "training" });
  const shape = batchShape(flow, training);
  return async ({ pool }) => {
    const source = batchSource(job, pool);
    const draw = (iteration: number) =>
      drawBatch(source, shape, { key: foldIn(batchesKey(job.seed), iteration) });
    let ahead: { readonly iteration: number; readonly batch: Promise<BatchArrays> } | undefined;
    return async (state, { iteration, last, schedule }) => {
      const batch = await (ahead?.iteration === iteration ? ahead.batch : draw(iteration));
      // What of the next batch lies on disk is read while this one is computed.
      ahead = last ? undefined : { iteration: iteration + 1, batch: draw(iteration + 1) };
      ahead?.batch.catch(() => undefined); // whoever awaits it is told; nobody may
      const { state: next, loss, norm } = await program(state, batch, schedule);
      return { state: next, loss: loss.data[0], norm: norm.data[0] };
    };
  };
}

function microBatches(job: TrainingJob): TrainingStep {
  const { engine, training, reducer = localReducer(training.microBatches ?? 1) } = job;
  const gradients = microBatchGradients(job);
  const update = engine.jit(trainingUpdate(training), { name: "update" });
  return async ({ round, pool }) => {
    await reducer.begin({ round, dataset: job.dataset.digest(), gradientsOf: gradients(pool) });
    return async (state, { iteration, schedule }) => {
      const parameters = state.parameters.data as Float32Array;
      const { loss, gradient } = await reducer.mean({ iteration, parameters });
      const { state: next, norm } = await update(state, ndarray(gradient, [gradient.length]), schedule);
      return { state: next, loss, norm: norm.data[0] };
    };
  };
}

/** Rounds whose trajectories are trained on; older ones were made by an operator too unlike the present one. */
const memory = 4;

/** The rounds whose trajectories a round is trained on. */
export function poolRounds(round: number): readonly [first: number, last: number] {
  return [Math.max(1, round - memory + 1), round];
}

/** The iterations of one round, from its start or from within it; gives the state after them and their mean loss. */
export async function trainRound(
  job: TrainingJob,
  at: {
    readonly state: TrainingState;
    readonly within: WithinRound;
    readonly round: number;
    readonly step: TrainingStep;
  },
): Promise<{ readonly state: TrainingState; readonly loss: number }> {
  const { state, within, round } = at;
  const budget = job.poolBudget === undefined ? {} : { budget: job.poolBudget };
  const pool = await openPool(job.dataset, { rounds: poolRounds(round), ...budget });
  try {
    return await iterate(job, { state, within, step: await at.step({ round, pool: pool.densities }) });
  } finally {
    await pool.close();
  }
}

async function iterate(
  job: TrainingJob,
  at: { readonly state: TrainingState; readonly within: WithinRound; readonly step: Step },
): Promise<{ readonly state: TrainingState; readonly loss: number }> {
  const { training, observer } = job;
  const total = training.rounds * training.iterations;
  const rate = cosineSchedule({ peak: training.learningRate, warmup: 10, total });
  let arrays = arraysOf(at.within.state);
  let { iteration } = at.within.state;
  let sum = at.within.loss;
  const now = (): TrainingState => ({ ...at.state, iteration, ...hostState(arrays) });
  const end = at.state.iteration + training.iterations;
  while (iteration < end) {
    await turn();
    if (job.signal.aborted) await observer.suspended?.({ state: now(), loss: sum });
    job.signal.throwIfAborted();
    // The average forgets the start at once: its decay grows from zero to its final value.
    const averaging = Math.min(training.averaging, iteration / (iteration + 10));
    const schedule = { rate: scalar(adamRate(rate(iteration), iteration + 1)), averaging: scalar(averaging) };
    const output = await at.step(arrays, { iteration, last: iteration + 1 === end, schedule });
    arrays = output.state;
    iteration++;
    const { loss, norm } = output;
    sum += loss;
    observer.iteration({ iteration, total, loss, norm });
  }
  return { loss: sum / training.iterations, state: now() };
}

function arraysOf({ parameters, first, second, average }: TrainingState): StateArrays {
  const size = [parameters.length];
  return {
    parameters: ndarray(parameters, size),
    first: ndarray(first, size),
    second: ndarray(second, size),
    average: ndarray(average, size),
  };
}

function hostState({ parameters, first, second, average }: StateArrays) {
  const host = ({ data }: NdArray) => Float32Array.from(data);
  return {
    parameters: host(parameters),
    first: host(first),
    second: host(second),
    average: host(average),
  };
}
