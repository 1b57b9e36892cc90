/** @file The reducer of many ranks: each computes its share of the micro-batches, and rank 0 sums them in their order. */

import { type GradientsOf, type LossGradient, meanInOrder, type Reducer } from "../operator/microBatches.ts";
import type { Connection } from "./connection.ts";
import { type Hub, RankLostError } from "./hub.ts";

/** The micro-batches of a rank: consecutive, and as many as anyone's up to one. */
export function shareOf(
  rank: number,
  ranks: number,
  microBatches: number,
): { readonly first: number; readonly count: number } {
  const first = Math.floor((rank * microBatches) / ranks);
  return { first, count: Math.floor(((rank + 1) * microBatches) / ranks) - first };
}

/**
 * Micro-batches shared among the ranks of a hub. Parameters go out in every iteration and gradients come back one by one: the others keep no
 * state, and what a sum is made of does not depend on how many they are.
 */
export function rankedReducer(hub: Hub, microBatches: number): Reducer {
  const others = Array.from({ length: hub.ranks - 1 }, (_, i) => i + 1);
  let gradientsOf: GradientsOf | undefined;
  return {
    async begin({ round, dataset, gradientsOf: own }) {
      hub.signal.throwIfAborted();
      gradientsOf = own;
      for (const rank of others) hub.to(rank).send({ kind: "begin", round, dataset });
    },
    async mean({ iteration, parameters }) {
      hub.signal.throwIfAborted();
      for (const rank of others)
        hub
          .to(rank)
          .send({ kind: "share", iteration, ...shareOf(rank, hub.ranks, microBatches) }, parameters);
      const answers = others.map((rank) => {
        const share = shareOf(rank, hub.ranks, microBatches);
        return gradientsFrom(hub.to(rank), { iteration, ...share, size: parameters.length }).catch(
          (error: Error) => {
            hub.fail(
              new RankLostError(
                `rank ${rank} of ${hub.ranks} (${hub.to(rank).peer}) is lost: ${error.message}`,
              ),
            );
            throw hub.signal.reason;
          },
        );
      });
      const mine = (gradientsOf as GradientsOf)({
        iteration,
        parameters,
        ...shareOf(0, hub.ranks, microBatches),
      });
      const parts = await Promise.all([mine, ...answers]);
      return meanInOrder(parts.flat());
    },
  };
}

/** What a rank answers, checked to be what it was asked for. */
async function gradientsFrom(
  member: Connection,
  asked: {
    readonly iteration: number;
    readonly first: number;
    readonly count: number;
    readonly size: number;
  },
): Promise<LossGradient[]> {
  const { iteration, first, count, size } = asked;
  const gradients: LossGradient[] = [];
  for (let microBatch = first; microBatch < first + count; microBatch++) {
    const { message, payload } = await member.expect("gradient");
    if (message.iteration !== iteration || message.microBatch !== microBatch || payload.length !== size + 1)
      throw new Error(
        `it answered with ${payload.length - 1} numbers for micro-batch ${message.microBatch} of iteration ${message.iteration}, and was asked for ${size} for micro-batch ${microBatch} of iteration ${iteration}`,
      );
    gradients.push({ loss: payload[0], gradient: payload.subarray(1) });
  }
  return gradients;
}
