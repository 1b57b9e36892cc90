/** @file `--ranks` and its relatives: which rank this process is, the processes of the others, and how the job ends. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { check } from "../check/check.ts";
import { packageRoot, packageVersion } from "../files/packageRoot.ts";
import type { RunOptions } from "../pipeline/openRun.ts";
import type { RankedRun } from "../pipeline/rank.ts";
import type { RunOutcome } from "../pipeline/run.ts";
import type { Hub, Patience } from "../ranks/hub.ts";
import { positiveNumber, wholeNumber } from "./options.ts";

export interface RankOptions {
  readonly ranks?: string;
  readonly rank?: string;
  readonly of?: string;
  readonly rendezvous?: string;
  readonly rankTimeout: string;
  readonly threads?: string;
}

/** `--ranks`, or `--rank --of --rendezvous`. */
export function withRanks(command: Command): Command {
  return command
    .option("--ranks <n>", "train with n processes on this machine, which share the micro-batches")
    .option("--rendezvous <host:port>", "train with processes on several machines: where rank 0 listens")
    .option("--rank <i>", "which of them this one is, from 0 (default: SLURM_PROCID)")
    .option("--of <n>", "how many they are (default: SLURM_NTASKS)")
    .option("--rank-timeout <seconds>", "how long ranks wait for each other", "60");
}

/** A job of several ranks, and which of them this process is. */
export interface RankJob {
  readonly ranks: number;
  readonly rank: number;
  /** Where rank 0 listens; undefined where it starts the others itself. */
  readonly rendezvous?: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly patience: Patience;
}

const TOKEN = "L2E_RANKS_TOKEN";

/** What the options and the environment ask for; undefined for a run of one process. */
export function rankJob(options: RankOptions, env: NodeJS.ProcessEnv): RankJob | undefined {
  const seconds = 1000 * positiveNumber("--rank-timeout", options.rankTimeout);
  const patience = { join: seconds, silence: seconds };
  if (options.rendezvous === undefined) {
    check(
      options.rank === undefined && options.of === undefined,
      () =>
        "--rank and --of are for processes that are started one by one: say with --rendezvous host:port where rank 0 listens, or give --ranks alone.",
    );
    if (options.ranks === undefined) return undefined;
    const ranks = wholeNumber("--ranks", options.ranks, 1);
    return { ranks, rank: 0, token: randomBytes(32).toString("hex"), patience };
  }
  check(options.ranks === undefined, () => "--ranks starts all ranks itself: leave it or --rendezvous out.");
  const of = wholeNumber("--of", needed("--of", options.of ?? env["SLURM_NTASKS"]), 1);
  const rank = wholeNumber("--rank", needed("--rank", options.rank ?? env["SLURM_PROCID"]), 0);
  check(rank < of, () => `--rank is ${rank} of ${of}: ranks are counted from 0.`);
  const token = env[TOKEN];
  check(
    token !== undefined && token.length >= 16,
    () =>
      `${TOKEN} must hold the same secret of at least 16 characters on every rank: export ${TOKEN}=$(openssl rand -hex 32)`,
  );
  return { ranks: of, rank, rendezvous: addressOf(options.rendezvous), token, patience };
}

function needed(option: string, value: string | undefined): string {
  check(
    value !== undefined,
    () => `${option} is missing: with --rendezvous every process must say which rank it is, and of how many.`,
  );
  return value;
}

/** `host:port`, `[::1]:port` for addresses that have colons themselves. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  check(
    host !== "" && Number(port) > 0 && Number(port) < 65536,
    () => `--rendezvous must be host:port, such as node1:29500, got "${text}".`,
  );
  return { host, port: Number(port) };
}

/** Options of the engine, with one thread unless they say otherwise: the number of threads must not depend on the number of ranks. */
export function rankThreads<T extends RankOptions>(options: T, job: RankJob | undefined): T {
  return job === undefined ? options : { threads: "1", ...options };
}

/** What rank 0 needs besides its run. */
export interface LeadOptions extends RankJob {
  readonly run: RankedRun;
  /** The command line by which others are started, where they are to be started here. */
  readonly words: readonly string[];
  /** The command by which the user goes on when a rank was lost. */
  readonly again: string;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Rank 0: waits for the others, runs the pipeline with their help, and lets them go. With one rank it is a run like any other. */
export async function leadRanks(
  job: LeadOptions,
  carryOut: (given: Partial<RunOptions>) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const { run, ranks, signal } = job;
  const { checkRanks, identityOf } = await import("../pipeline/rank.ts");
  checkRanks(run, ranks);
  if (ranks === 1) return carryOut({});
  const { openHub, RankLostError } = await import("../ranks/hub.ts");
  const { host, port } = job.rendezvous ?? { host: "127.0.0.1", port: 0 };
  const identity = identityOf(run, { version: packageVersion(), ranks });
  const hub = await openHub({ ...job, host, port, identity, onRefused: job.note });
  const children = job.rendezvous === undefined ? startRanks(hub, job) : [];
  try {
    const either = AbortSignal.any([signal, hub.signal]);
    await unlessAborted(hub.joined(), either);
    job.note(`${ranks} ranks, each with ${run.engine.detail}`);
    return await carryOut({ train: trainingOver(hub, run), signal: either });
  } catch (error) {
    if (error instanceof RankLostError) throw new Error(`${error.message}; ${job.again}`);
    hub.fail(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    hub.finish();
    await Promise.all(children.map(ended));
  }
}

/** The training whose gradients come from all ranks. The others may go when it is over: rank 0 alone evaluates. */
function trainingOver(hub: Hub, run: RankedRun): NonNullable<RunOptions["train"]> {
  return async (job) => {
    const { trainOperator } = await import("../operator/rounds.ts");
    const { rankedReducer } = await import("../ranks/reducer.ts");
    const reducer = rankedReducer(hub, run.settings.training.microBatches);
    const state = await trainOperator({ ...job, reducer });
    hub.finish();
    return state;
  };
}

/** Rank 1 and on: computes gradients until rank 0 has no more to ask. */
export async function followRank(job: RankJob, run: RankedRun): Promise<void> {
  const { checkRanks, identityOf, rankDuty } = await import("../pipeline/rank.ts");
  const { workAsMember } = await import("../ranks/member.ts");
  checkRanks(run, job.ranks);
  // Ctrl-C and the signals of a scheduler reach every rank. Rank 0 decides what they mean, and the others end with it.
  const signals =
    process.platform === "win32" ? (["SIGINT"] as const) : (["SIGINT", "SIGTERM", "SIGUSR2"] as const);
  const leaveIt = () => undefined;
  for (const name of signals) process.on(name, leaveIt);
  const duty = rankDuty(run);
  try {
    const identity = identityOf(run, { version: packageVersion(), ranks: job.ranks });
    await workAsMember({ ...job, ...(job.rendezvous as { host: string; port: number }), identity }, duty);
  } finally {
    await duty.close();
    for (const name of signals) process.off(name, leaveIt);
  }
}

/** Starts the other ranks on this machine. One that ends before its time ends the job. */
function startRanks(hub: Hub, job: LeadOptions): ChildProcess[] {
  const program = fileURLToPath(new URL("bin/l2e.js", packageRoot));
  const place = ["--rendezvous", `${hub.host}:${hub.port}`, "--of", String(job.ranks)];
  return Array.from({ length: job.ranks - 1 }, (_, i) => {
    const rank = i + 1;
    const child = spawn(
      process.execPath,
      [program, ...job.words, ...place, "--rank", String(rank), "--quiet"],
      {
        env: { ...process.env, [TOKEN]: job.token },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    const gone = async (how: string) => {
      const { RankLostError } = await import("../ranks/hub.ts");
      hub.fail(new RankLostError(`rank ${rank} of ${job.ranks} (process ${child.pid}) is lost: ${how}`));
    };
    child.on("error", (error) => void gone(error.message));
    child.on(
      "exit",
      (code, name) =>
        void gone(name === null ? `it ended with exit code ${code}` : `it was ended by ${name}`),
    );
    return child;
  });
}

/** Resolves when a process has ended, which one that has nothing to do any more is helped with. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await new Promise((resolve) => child.once("exit", resolve));
  clearTimeout(timer);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return await Promise.race([work, aborted]);
}
