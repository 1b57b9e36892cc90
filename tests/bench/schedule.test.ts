/** @file Laws of the simulated schedule. */

import { describe, expect, it } from "vitest";
import { type Schedule, simulate } from "../../bench/measure/schedule.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

const instantly = Number.POSITIVE_INFINITY;
const base: Schedule = {
  blocks: 1200,
  shards: 100,
  slots: 16,
  startsPerSecond: instantly,
  startup: 2,
  block: 5,
  failure: 0,
  attempts: 1000,
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const trials = (schedule: Schedule, count: number) =>
  Array.from({ length: count }, (_, seed) => simulate(schedule, foldIn(keyFrom(5), seed)));

describe("without failures", () => {
  it.each([
    { shards: 100, slots: 16 },
    { shards: 1200, slots: 7 },
    { shards: 3, slots: 1 },
    { shards: 10, slots: 1000 },
  ])("$shards equal shards on $slots slots take as many waves as there must be", ({ shards, slots }) => {
    const own = { ...base, shards, slots };
    const waves = Math.ceil(shards / slots);
    const outcome = simulate(own, keyFrom(1));
    expect(outcome.makespan).toBeCloseTo(waves * (own.startup + (own.blocks / shards) * own.block), 8);
    expect(outcome).toMatchObject({ attempts: shards, passes: 1, givenUp: 0, lost: 0 });
  });

  it("a scheduler that starts so many a second bounds the time from below, and is all of it where slots abound", () => {
    const own = { ...base, blocks: 10_000, shards: 10_000, slots: 10_000, startsPerSecond: 50 };
    expect(simulate(own, keyFrom(1)).makespan).toBeCloseTo(10_000 / 50 + own.startup + own.block, 8);
  });

  it("more shards than blocks are as many shards as blocks", () => {
    expect(simulate({ ...base, blocks: 8 }, keyFrom(1))).toEqual(
      simulate({ ...base, blocks: 8, shards: 8 }, keyFrom(1)),
    );
  });
});

describe("with failures", () => {
  const failing = { ...base, failure: 0.2 };

  it("a shard of one block is tried 1/(1 − p) times on average", () => {
    const own = { ...failing, blocks: 100 };
    const attempts = trials(own, 400).map((outcome) => outcome.attempts / 100);
    // A geometric distribution: variance p/(1 − p)² for each of 40,000 shards.
    const error = Math.sqrt(0.2 / 0.8 ** 2 / 40_000);
    expect(Math.abs(mean(attempts) - 1 / 0.8)).toBeLessThan(4 * error);
  });

  it("all n shards are done after k passes with probability (1 − p^k)^n", () => {
    const own = { ...failing, blocks: 50, shards: 50, attempts: 3 };
    const done = mean(trials(own, 4000).map(({ givenUp }) => Number(givenUp === 0)));
    const expected = (1 - 0.2 ** 3) ** 50;
    expect(Math.abs(done - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 4000));
  });

  it("the work that is kept is that of all blocks, whatever died on the way, and no slot's time is lost count of", () => {
    for (const outcome of trials(failing, 50)) {
      expect(outcome.kept).toBeCloseTo(1200 * 5, 6);
      expect(outcome.lost).toBeGreaterThan(0);
      const busy = outcome.kept + outcome.lost + outcome.starting;
      expect(busy).toBeLessThanOrEqual(failing.slots * outcome.makespan + 1e-6);
    }
  });

  it("blocks that a dead shard has left are not made again: smaller blocks lose less", () => {
    const lost = (blocks: number) =>
      mean(trials({ ...failing, blocks, block: 6000 / blocks }, 50).map((outcome) => outcome.lost));
    expect(lost(1200)).toBeLessThan(lost(100) / 3);
  });
});
