/** @file Which rank a process is: from the options, from Slurm, and what is wrong with them. */

import { describe, expect, it } from "vitest";
import { type RankOptions, rankJob, rankThreads } from "../../src/cli/ranks.ts";

const token = "0123456789abcdef";
const env = { L2E_RANKS_TOKEN: token };
const at = { rendezvous: "node1:29500", rankTimeout: "60" };

describe("rankJob", () => {
  it("is undefined where no ranks are asked for, also within a job of Slurm", () => {
    expect(rankJob({ rankTimeout: "60" }, { SLURM_PROCID: "0", SLURM_NTASKS: "4" })).toBeUndefined();
  });

  it("takes ranks on one machine, under a token that nobody knows", () => {
    const [one, two] = [
      rankJob({ ranks: "4", rankTimeout: "5" }, {}),
      rankJob({ ranks: "4", rankTimeout: "5" }, {}),
    ];
    expect(one).toMatchObject({ ranks: 4, rank: 0, patience: { join: 5000, silence: 5000 } });
    expect(one?.token).toMatch(/^[0-9a-f]{64}$/);
    expect(one?.token).not.toBe(two?.token);
  });

  it("takes ranks on several machines from the options, and else from Slurm", () => {
    const slurm = { ...env, SLURM_PROCID: "3", SLURM_NTASKS: "4" };
    const rendezvous = { host: "node1", port: 29500 };
    expect(rankJob({ ...at, rank: "1", of: "2" }, slurm)).toMatchObject({
      rank: 1,
      ranks: 2,
      rendezvous,
      token,
    });
    expect(rankJob(at, slurm)).toMatchObject({ rank: 3, ranks: 4, rendezvous, token });
    expect(rankJob({ ...at, rendezvous: "[::1]:80" }, slurm)?.rendezvous).toEqual({ host: "::1", port: 80 });
  });

  it.each([
    [
      "--rank alone",
      { rank: "1", rankTimeout: "60" },
      {},
      /say with --rendezvous host:port where rank 0 listens/,
    ],
    ["both ways at once", { ...at, ranks: "2" }, env, /--ranks starts all ranks itself/],
    ["no number of ranks", { ...at, rank: "1" }, env, /--of is missing/],
    ["no rank", { ...at, of: "2" }, env, /--rank is missing/],
    [
      "a rank beyond the last",
      { ...at, rank: "2", of: "2" },
      env,
      /--rank is 2 of 2: ranks are counted from 0/,
    ],
    ["no token", { ...at, rank: "1", of: "2" }, {}, /L2E_RANKS_TOKEN must hold the same secret/],
    [
      "a token that can be guessed",
      { ...at, rank: "1", of: "2" },
      { L2E_RANKS_TOKEN: "abc" },
      /at least 16 characters/,
    ],
    [
      "no port",
      { ...at, rendezvous: "node1", rank: "1", of: "2" },
      env,
      /must be host:port, such as node1:29500, got "node1"/,
    ],
    [
      "a port that there is not",
      { ...at, rendezvous: "node1:70000", rank: "1", of: "2" },
      env,
      /must be host:port/,
    ],
    [
      "ranks that are none",
      { ranks: "0", rankTimeout: "60" },
      {},
      /--ranks must be a whole number of at least 1/,
    ],
    ["no time", { ranks: "2", rankTimeout: "0" }, {}, /--rank-timeout must be a positive number/],
  ])("refuses %s", (_, options, environment, message) => {
    expect(() => rankJob(options, environment)).toThrow(message);
  });
});

describe("rankThreads", () => {
  it("is one thread a rank unless the user says otherwise, and nothing without ranks", () => {
    const job = rankJob({ ranks: "1", rankTimeout: "60" }, {});
    expect(rankThreads<RankOptions>({ rankTimeout: "60" }, job).threads).toBe("1");
    expect(rankThreads({ rankTimeout: "60", threads: "2" }, job).threads).toBe("2");
    expect(rankThreads<RankOptions>({ rankTimeout: "60" }, undefined).threads).toBeUndefined();
  });
});
