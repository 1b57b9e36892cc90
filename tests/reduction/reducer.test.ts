/** @file Laws of the reduction over ranks: the sum does not depend on how many they are or on who answers first, and none may vanish unnoticed. */

import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { localReducer, type Reducer } from "../../src/operator/microBatches.ts";
import { connection } from "../../src/ranks/connection.ts";
import { join } from "../../src/ranks/handshake.ts";
import { RankLostError } from "../../src/ranks/hub.ts";
import { rankedReducer, shareOf } from "../../src/ranks/reducer.ts";
import { delayed, hubFor, identity, member, numbers, patience } from "./job.ts";

const parameters = Float32Array.from({ length: 50 }, (_, i) => i / 7);
const dataset = "cd".repeat(32);

/** Means of some iterations. */
async function means(reducer: Reducer, own = numbers) {
  await reducer.begin({ round: 1, dataset, gradientsOf: own });
  const results = [];
  for (const iteration of [0, 1, 2]) results.push(await reducer.mean({ iteration, parameters }));
  return results;
}

describe("shares", () => {
  it("give every micro-batch to one rank, and to none more than one beyond another", () => {
    for (const [ranks, microBatches] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 6],
      [5, 32],
    ]) {
      const shares = Array.from({ length: ranks }, (_, rank) => shareOf(rank, ranks, microBatches));
      const given = shares.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
      expect(given).toEqual(Array.from({ length: microBatches }, (_, i) => i));
      const counts = shares.map(({ count }) => count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
});

describe("a mean over ranks", () => {
  it.each([2, 3, 4, 6])(
    "over %i ranks has the bytes of one process, whoever answers first",
    async (ranks) => {
      const alone = await means(localReducer(6));
      for (const slow of [0, 1, ranks - 1]) {
        const hub = await hubFor({ identity: { ...identity, ranks } });
        const pace = (rank: number) => delayed((iteration) => ((rank + iteration) % ranks === slow ? 15 : 0));
        const others = Array.from({ length: ranks - 1 }, (_, i) =>
          member(hub, i + 1, { duty: { begin: async () => pace(i + 1) } }),
        );
        await hub.joined();
        expect(await means(rankedReducer(hub, 6), pace(0))).toEqual(alone);
        hub.finish();
        expect(new Set(await Promise.all(others))).toEqual(new Set(["done"]));
      }
    },
  );
});

describe("a rank that is lost", () => {
  it("ends the job, is named, and the others are told", async () => {
    const hub = await hubFor();
    const socket = connect({ host: hub.host, port: hub.port });
    await new Promise((resolve) => socket.once("connect", resolve));
    const doomed = connection(socket, patience);
    const [other] = [
      member(hub, 1),
      await join(doomed, { token: "a secret of this job", identity, rank: 2 }),
    ];
    await hub.joined();
    const result = means(rankedReducer(hub, 3));
    await doomed.expect("begin");
    await doomed.expect("share");
    socket.destroy();
    await expect(result).rejects.toThrow(RankLostError);
    await expect(result).rejects.toThrow(/^rank 2 of 3 \(127\.0\.0\.1:\d+\) is lost: its connection closed$/);
    expect(hub.signal.aborted).toBe(true);
    expect(await other).toMatch(/^rank 1: rank 0 has stopped the training: rank 2 of 3 .* is lost/);
  });

  it("is noticed while nobody asks it anything", async () => {
    const hub = await hubFor({ identity: { ...identity, ranks: 2 } });
    const socket = connect({ host: hub.host, port: hub.port });
    await new Promise((resolve) => socket.once("connect", resolve));
    await join(connection(socket, patience), {
      token: "a secret of this job",
      identity: { ...identity, ranks: 2 },
      rank: 1,
    });
    await hub.joined();
    socket.destroy();
    await new Promise((resolve) => hub.signal.addEventListener("abort", resolve));
    expect(hub.signal.reason).toBeInstanceOf(RankLostError);
    await expect(means(rankedReducer(hub, 2))).rejects.toBe(hub.signal.reason);
  });

  it("is noticed when it keeps its connection and says nothing", async () => {
    const own = { ...identity, ranks: 2 };
    const hub = await hubFor({ identity: own, patience: { join: 5000, silence: 200 } });
    const socket = connect({ host: hub.host, port: hub.port });
    await new Promise((resolve) => socket.once("connect", resolve));
    const frozen = connection(socket, { silence: 60_000 });
    await join(frozen, { token: "a secret of this job", identity: own, rank: 1 });
    await hub.joined();
    await expect(means(rankedReducer(hub, 2))).rejects.toThrow(/is lost: nothing was heard of it for 0.2 s/);
    frozen.close();
  });

  it("says why it fails, and what it must not answer", async () => {
    const failing = async () => {
      throw new Error("its disk is gone");
    };
    const tooFew = async () => [{ loss: 0, gradient: new Float32Array(3) }];
    for (const [gradientsOf, reason] of [
      [failing, /rank 1 of 2 .* is lost: its disk is gone/],
      [tooFew, /it answered with 3 numbers for micro-batch 1 of iteration 0, and was asked for 50/],
    ] as const) {
      const hub = await hubFor({ identity: { ...identity, ranks: 2 } });
      const other = member(hub, 1, { duty: { begin: async () => gradientsOf } });
      await hub.joined();
      await expect(means(rankedReducer(hub, 2))).rejects.toThrow(reason);
      await other;
    }
  });

  it("stays part of the job while it computes without looking up", async () => {
    const own = { ...identity, ranks: 2 };
    const brief = { join: 5000, silence: 150 };
    const hub = await hubFor({ identity: own, patience: brief });
    const busy = delayed(() => {
      const until = performance.now() + 400;
      while (performance.now() < until);
      return 0;
    });
    // Both sides are in this process: while one computes, neither reads or writes.
    const other = member(hub, 1, { patience: brief, duty: { begin: async () => busy } });
    await hub.joined();
    expect(await means(rankedReducer(hub, 6))).toEqual(await means(localReducer(6)));
    hub.finish();
    expect(await other).toBe("done");
  });
});
