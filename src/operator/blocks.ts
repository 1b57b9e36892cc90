/** @file The blocks of a round's generation: who makes them, and how many at a time, changes nothing in what they hold. */

import { createHash } from "node:crypto";
import { check } from "../check/check.ts";
import { type Dataset, partName } from "../datasets/dataset.ts";
import { type Receipt, readReceipt, writeReceipt } from "../datasets/receipt.ts";
import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Family } from "../measures/family.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import { fieldEvaluator } from "./evaluator.ts";
import type { Architecture } from "./form.ts";
import { generateTrajectories, type Refusal } from "./generate.ts";
import type { TrainingSettings, TrainingState } from "./rounds.ts";

/** What generation needs of a training. */
export interface GenerationJob {
  readonly engine: Engine;
  readonly flow: GradientFlow;
  readonly family: Family;
  readonly architecture: Architecture;
  readonly training: TrainingSettings;
  readonly seed: number;
  /** Where generated trajectories go; one part a block. */
  readonly dataset: Dataset;
  /** What tells this training from all others and is not in the fields above: parameters of the flow, say. */
  readonly identity?: string;
  readonly signal: AbortSignal;
  /** Seconds; only differences mean anything. */
  readonly clock: () => number;
}

/** Trajectories that are generated together and become one part of the dataset. */
export interface Block {
  readonly index: number;
  /** Number of its first trajectory. */
  readonly first: number;
  readonly densities: number;
}

/** What a round has to generate. */
export interface RoundOrder {
  readonly round: number;
  /** Steps of the roll-outs. */
  readonly horizon: number;
  readonly blocks: readonly Block[];
  /** SHA-256 of everything that determines the bytes of the blocks: blocks of one digest can be put together. */
  readonly digest: string;
}

/** What a round has generated. */
export interface Generation {
  /** Densities in the pool. */
  readonly snapshots: number;
  readonly refused: readonly Refusal[];
  /** Median over trajectories of how far the last step misses its optimality condition; 0 where no step was made. */
  readonly frontierResidual: number;
  /** That making its blocks took, one after another. */
  readonly seconds: number;
}

/** Cuts a round's trajectories into blocks; how, depends on the settings alone. */
export function blocksOf({ densities, block }: Pick<TrainingSettings, "densities" | "block">): Block[] {
  return Array.from({ length: Math.ceil(densities / block) }, (_, index) => {
    const first = index * block;
    return { index, first, densities: Math.min(block, densities - first) };
  });
}

/** The order of the round after a state. */
export function roundOrder(job: GenerationJob, state: TrainingState): RoundOrder {
  const { flow, family, architecture, training, seed, engine, identity = "" } = job;
  const round = state.round + 1;
  const { horizon } = state;
  const own = { name: flow.name, tau: flow.tau, conditions: flow.conditions ?? {} };
  const words = [round, horizon, seed, engine.name, own, family.name, architecture, training, identity];
  const { buffer, byteOffset, byteLength } = state.average;
  const digest = createHash("sha256")
    .update(JSON.stringify(words))
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
  return { round, horizon, blocks: blocksOf(training), digest };
}

/** The receipt of a block that is there and whole; undefined for one that has still to be made. */
export function receiptOf(
  dataset: Dataset,
  order: RoundOrder,
  { index }: Block,
): Promise<Receipt | undefined> {
  return readReceipt(dataset.folder, { round: order.round, name: partName(index), order: order.digest });
}

/** Generates one block with the averaged weights, writes its part without committing it, and its receipt. */
export async function makeBlock(
  job: GenerationJob,
  at: { readonly state: TrainingState; readonly order: RoundOrder; readonly block: Block },
): Promise<Receipt> {
  const { flow, family, architecture, training, dataset, seed, signal } = job;
  const { state, order, block } = at;
  const began = job.clock();
  const model = { flow, architecture, parameters: state.average };
  const evaluate = fieldEvaluator(job.engine, model, { lattice: false, balance: false });
  const made = await generateTrajectories({ flow, evaluate, context: training.context }, family, {
    ...block,
    particles: training.particles,
    steps: order.horizon,
    snapshots: training.snapshots,
    ranges: training.ranges,
    key: roundKey(seed, order.round),
    signal,
  });
  const provenance = { seed, source: state.round === 0 ? "initial" : `round ${state.round}` };
  const snapshots = made.snapshots.map(({ conditions, ...snapshot }) => ({
    ...snapshot,
    ...provenance,
    time: snapshot.step * snapshot.tau,
    parameters: conditions,
  }));
  const entry = await dataset.writePart({ round: order.round, name: partName(block.index), snapshots });
  const outcome = {
    refused: made.refused.map((refusal) => ({ ...refusal })),
    residuals: made.residuals.map(String),
  };
  const seconds = Math.max(0, job.clock() - began);
  return writeReceipt(dataset.folder, { order: order.digest, entry, seconds, outcome });
}

/** What the blocks of a round, in their order, amount to: the same however they came about. */
export function generationOf(receipts: readonly Receipt[]): Generation {
  const outcomes = receipts.map(({ outcome, entry }) => checkedOutcome(outcome, entry.path));
  const residuals = outcomes.flatMap((outcome) => outcome.residuals).sort((a, b) => a - b);
  return {
    snapshots: receipts.reduce((sum, { entry }) => sum + entry.snapshots, 0),
    // As one block would list them: step by step.
    refused: outcomes.flatMap((outcome) => outcome.refused).sort((a, b) => a.step - b.step),
    frontierResidual: residuals[Math.floor(residuals.length / 2)] ?? 0,
    seconds: receipts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Numbers are texts in receipts, since a residual need not be finite and JSON has no number for that. */
function checkedOutcome(outcome: unknown, where: string) {
  const { refused, residuals } = (outcome ?? {}) as Record<string, unknown>;
  check(
    Array.isArray(refused) && Array.isArray(residuals),
    () => `the receipt of ${where} does not say what was refused, or how far the last steps were off.`,
  );
  return { refused: refused as Refusal[], residuals: (residuals as string[]).map(Number) };
}

function roundKey(seed: number, round: number): Key {
  return foldIn(foldIn(keyFrom(seed), "round"), round);
}
