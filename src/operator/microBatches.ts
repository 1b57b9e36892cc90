/** @file Iterations whose batch is taken apart: gradients of micro-batches, computed by one process or by many, and their mean. */

import { ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Family } from "../measures/family.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import { type BatchSettings, batchShape, batchSource } from "./batches.ts";
import type { Architecture } from "./form.ts";
import { drawBatch, type Pool } from "./pool.ts";
import { trainingGradient } from "./training.ts";

/** Loss and gradient of one micro-batch, or their mean over several. */
export interface LossGradient {
  readonly loss: number;
  /** `[P]` */
  readonly gradient: Float32Array;
}

/** Some micro-batches of an iteration, `first … first + count`, at these parameters. */
export interface MicroBatches {
  readonly iteration: number;
  readonly first: number;
  readonly count: number;
  readonly parameters: Float32Array;
}

/** Computes the gradients of micro-batches, in their order. The same micro-batch gives the same bytes wherever it is asked for. */
export type GradientsOf = (share: MicroBatches) => Promise<readonly LossGradient[]>;

/** Who computes the gradients of an iteration, and how their mean comes about. */
export interface Reducer {
  /** Called when the pool of a round is complete on disk, before its first iteration. */
  begin(round: {
    readonly round: number;
    readonly dataset: string;
    readonly gradientsOf: GradientsOf;
  }): Promise<void>;
  /** {@link meanInOrder} over all micro-batches of an iteration. */
  mean(at: { readonly iteration: number; readonly parameters: Float32Array }): Promise<LossGradient>;
}

/** Everything in this process. */
export function localReducer(microBatches: number): Reducer {
  let gradientsOf: GradientsOf | undefined;
  return {
    async begin(round) {
      gradientsOf = round.gradientsOf;
    },
    async mean(at) {
      const all = { ...at, first: 0, count: microBatches };
      return meanInOrder(await (gradientsOf as GradientsOf)(all));
    },
  };
}

/**
 * The mean, summed in double precision in the order of the list: sums of floating-point numbers depend on their order, and this one depends on
 * nothing else, neither on who computed what nor on whose answer came first.
 */
export function meanInOrder(parts: readonly LossGradient[]): LossGradient {
  const sum = new Float64Array(parts[0].gradient.length);
  let loss = 0;
  for (const part of parts) {
    loss += part.loss;
    for (let i = 0; i < sum.length; i++) sum[i] += part.gradient[i];
  }
  const gradient = new Float32Array(sum.length);
  for (let i = 0; i < sum.length; i++) gradient[i] = sum[i] / parts.length;
  return { loss: loss / parts.length, gradient };
}

/** What of a training its gradients depend on. */
export interface GradientJob {
  readonly engine: Engine;
  readonly flow: GradientFlow;
  readonly family: Family;
  readonly architecture: Architecture;
  readonly training: BatchSettings & { readonly microBatches?: number; readonly unroll: number };
  readonly seed: number;
}

/** The key of all batches of a training; each iteration folds its number in. */
export function batchesKey(seed: number): Key {
  return foldIn(keyFrom(seed), "batches");
}

/** Compiles the gradient of a micro-batch; gives, for the pool of a round, the function that draws micro-batches from it and computes them. */
export function microBatchGradients(job: GradientJob): (pool: Pool) => GradientsOf {
  const { flow, architecture, training } = job;
  const { microBatches = 1 } = training;
  const program = job.engine.jit(trainingGradient(flow, architecture, training), { name: "gradient" });
  const shape = batchShape(flow, training);
  const size = training.batch / microBatches;
  return (pool) => {
    const source = batchSource(job, pool);
    return async ({ iteration, first, count, parameters }) => {
      const key = foldIn(batchesKey(job.seed), iteration);
      // All are drawn at once, so that those that lie on disk are read while the first are computed.
      const batches = Array.from({ length: count }, (_, i) =>
        drawBatch(source, shape, { key, share: { first: (first + i) * size, count: size } }),
      );
      const at = ndarray(parameters, [parameters.length]);
      const gradients: LossGradient[] = [];
      for (const batch of await Promise.all(batches)) {
        const { loss, gradient } = await program(at, batch);
        gradients.push({ loss: loss.data[0], gradient: gradient.data as Float32Array });
      }
      return gradients;
    };
  };
}
